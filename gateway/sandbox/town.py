"""A town of simulated customs systems without doors: parcels are handed over, answers posted.

No processes and no HTTP: for scenarios and tests that move the clock themselves. The systems are
those of :mod:`gateway.sandbox.office`, with their journals and their keys.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.exchange import AnswerHeader, SealedPaper, make_answer, to_base64, write_reply
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.errors import Refused
from gateway.domain.finding import Finding
from gateway.domain.parcel import More, Parcel, Reply, nothing
from gateway.domain.records import Principal
from gateway.ports import Keys, Ports
from gateway.sandbox.numbers import Numbers
from gateway.sandbox.office import Arrival, CustomsSystem
from gateway.sandbox.spec import LinkSpec
from gateway.sandbox.stationery import Planned, Stationery
from gateway.usecases import setup
from gateway.usecases.deliver import deliver
from gateway.usecases.receive import receive

ROUNDS_MAX = 60


class MovableClock:
    """A clock that moves when told, and a little at every look, as real ones do."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        self.at += timedelta(microseconds=1)
        return self.at

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by


@dataclass(frozen=True, slots=True)
class Letter:
    """One answer as its system posts it."""

    link: str
    paper: SealedPaper
    content: bytes

    def hand_in(self, ports: Ports) -> None:
        """Post it."""
        caller = ports.store.principal(self.link)
        if caller is None:
            raise LookupError(self.link)
        receive(ports, caller, self.link, self.paper.content, self.paper.seal, self.content)


@dataclass
class Town:
    """The customs systems of all links. ``away`` are unreachable links.

    Answers to the message types in ``held`` are kept back; ``instead`` holds by link what it
    answers without looking: status and content.
    """

    clock: MovableClock
    keys: Keys
    systems: dict[str, CustomsSystem] = field(default_factory=dict)
    stationery: dict[str, Stationery] = field(default_factory=dict)
    answers: list[Planned] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def carry(
        self, link: Link, parcels: Sequence[Parcel], _more: More = nothing, /
    ) -> Iterator[Reply]:
        """Hand parcels over, one after the other: the courier of this town."""
        for parcel in parcels:
            at = self.clock.now()
            if link.id in self.away:
                yield Reply(message=parcel.message, at=at, status=0, error="connection refused")
                continue
            if link.id in self.instead:
                status, content = self.instead[link.id]
                yield Reply(message=parcel.message, at=at, status=status, content=content)
                continue
            verdict = self.systems[link.id].receive(
                Arrival(
                    envelope=to_base64(parcel.envelope),
                    seal=parcel.seal,
                    media_type=parcel.media_type,
                    content=parcel.content,
                ),
                self.keys.seal_keys(),
            )
            content = write_reply("receipt", verdict.receipt) if verdict.receipt else b""
            if verdict.taken is not None:
                self.answers += self.stationery[link.id].plan(verdict.taken, verdict.read)
            yield Reply(message=parcel.message, at=at, status=verdict.status, content=content)

    def settle(
        self,
        ports: Ports,
        tenant: str,
        offices: Iterable[tuple[str, str]],
        folder: Path,
        certificates: tuple[bytes, ...],
    ) -> None:
        """Give every (administration, office) a link of its own and a system behind it.

        Journals are written in ``folder``; ``certificates`` are the signatories they believe.
        """
        folder.mkdir(exist_ok=True)
        for administration, office in offices:
            link, key = f"lnk_{office.lower()}", Ed25519PrivateKey.generate()
            new = setup.NewLink(
                id=link,
                administration=administration,
                kind=LinkKind.PUSH,
                endpoint="memory:",
                key=key.public_key().public_bytes_raw(),
                offices=(office,),
            )
            setup.add_link(ports, tenant, new)
            setup.add_principal(ports, _caller(tenant, link))
            spec = LinkSpec(
                id=link,
                administration=administration,
                kind=LinkKind.PUSH,
                port=0,
                offices=(office,),
                key=key,
                api_key="",
            )
            self._move_in(ports, spec, folder, certificates)

    def _move_in(
        self, ports: Ports, spec: LinkSpec, folder: Path, certificates: tuple[bytes, ...]
    ) -> None:
        with ports.packs.slot() as packs:
            pack = packs.by_administration(spec.administration)
        if pack is None:
            raise LookupError(spec.administration)
        numbers = Numbers("town", spec.administration)
        self.systems[spec.id] = CustomsSystem(spec, pack, folder, self.clock.now, certificates)
        self.stationery[spec.id] = Stationery(pack, numbers, ports.packs.offices())

    def run(self, ports: Ports) -> None:
        """Deliver and answer until nothing moves any more.

        Raises:
            RuntimeError: it never comes to rest.
        """
        for _ in range(ROUNDS_MAX):
            moved = sum(deliver(ports, link, "town") for link in self.systems)
            moved += self.answer(ports)
            if not moved:
                return
        raise RuntimeError("the town never comes to rest")

    def answer(self, ports: Ports) -> int:
        """Post every planned answer save those held; return how many."""
        going = [one for one in self.answers if one.taken.envelope.type not in self.held]
        self.answers = [one for one in self.answers if one not in going]
        for planned in sorted(going, key=lambda one: one.after_ms):
            self.post(ports, planned)
        return len(going)

    def say(
        self,
        ports: Ports,
        spoken: tuple[str, str],
        movement: str,
        said: tuple[tuple[str, str], ...] = (),
        about: Iterable[str] = (),
    ) -> None:
        """Have an office say something on demand; ``spoken`` are the office and the word.

        It is about the last message of ``movement`` that it can be about; ``about`` narrows the
        types of message, none means any.

        Raises:
            Refused: ``sandbox.cannot-say``.
        """
        office, word = spoken
        link = f"lnk_{office.lower()}"
        if link not in self.systems:
            raise Refused(Finding(code="sandbox.cannot-say", value=word, args=(("known", "-"),)))
        wanted = set(about)
        taken = [
            one
            for one in self.systems[link].taken
            if one.envelope.movement == movement and (not wanted or one.envelope.type in wanted)
        ]
        self.post(ports, self.stationery[link].say(word, taken, said, self.clock.now()))

    def post(self, ports: Ports, planned: Planned) -> None:
        """Post one planned answer, sealed as its system does."""
        self.letter(planned).hand_in(ports)

    def letter(self, planned: Planned) -> "Letter":
        """Write one planned answer and seal it as its system does; handed in again it is a repeat.

        An office that says the same under another number gives ``planned`` another id.
        """
        link = planned.taken.envelope.link
        written = self.stationery[link].write(planned, self.clock.now())
        header = make_answer(
            AnswerHeader(
                id=planned.id,
                link=link,
                office=planned.taken.envelope.office,
                digest=sha256(written.content).hexdigest(),
                media_type=written.media_type,
                issued=self.clock.now(),
            )
        )
        return Letter(link, self.systems[link].sealed(header), written.content)

    def copied(self, clock: MovableClock, folder: Path, certificates: tuple[bytes, ...]) -> "Town":
        """Return a town of its own that begins where this one stands, on journals in ``folder``."""
        systems = {
            link: CustomsSystem(one.spec, one.pack, folder, clock.now, certificates)
            for link, one in self.systems.items()
        }
        return Town(clock, self.keys, systems, dict(self.stationery), list(self.answers))

    def close(self) -> None:
        """Close the journals."""
        for system in self.systems.values():
            system.close()


def _caller(tenant: str, link: str) -> Principal:
    digest = sha256(link.encode()).hexdigest()  # nobody has the key: nobody comes over HTTP
    return Principal(
        id=link, tenant=tenant, name=link, scopes=("link",), secret_digest=digest, link=link
    )
