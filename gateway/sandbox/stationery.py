"""Writing answers: a pack's behaviour, official numbers and local times put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from gateway.domain.errors import Refused
from gateway.domain.finding import Finding
from gateway.domain.itinerary import CustomsOffice
from gateway.markup.tree import Element
from gateway.packs.behaviour import Scripted
from gateway.packs.pack import Pack
from gateway.sandbox.numbers import Numbers
from gateway.sandbox.office import Taken

XML_TYPE = "application/xml"
FIXED_TYPE = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One answer to come: the ``place``-th of those that follow ``taken``, or one on demand.

    On demand the office says what stands under ``word``; ``said`` are parameters for it.
    """

    id: str
    taken: Taken
    after_ms: int
    effect: str
    place: int = 0
    word: str = ""
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer's native bytes."""

    content: bytes
    media_type: str


class Stationery:
    """Plans and writes one link's answers; what it writes depends on nothing but its arguments."""

    def __init__(self, pack: Pack, numbers: Numbers, offices: Mapping[str, CustomsOffice]) -> None:
        self._pack = pack
        self._numbers = numbers
        self._offices = offices

    def plan(self, taken: Taken, read: Element | None = None) -> Iterable[Planned]:
        """Return the answers that a message brings; ids are the same whenever it is asked.

        ``read`` is the message where whoever took it still has it as a tree.
        """
        behaviour, kind = self._pack.behaviour, taken.envelope.type
        answers = (
            behaviour.to(kind, taken.content) if read is None else behaviour.to_tree(kind, read)
        )
        for place, answer in enumerate(answers):
            digest = sha256(f"{taken.envelope.link}/{taken.envelope.id}/{place}".encode())
            yield Planned(
                id=f"ans_{digest.hexdigest()[:32]}",
                taken=taken,
                place=place,
                after_ms=answer.after_ms,
                effect=answer.effect,
            )

    def say(
        self,
        word: str,
        taken: Iterable[Taken],
        said: tuple[tuple[str, str], ...],
        now: datetime,
    ) -> Planned:
        """Return what the office says on demand about the last of the messages it can be about.

        Raises:
            Refused: ``sandbox.cannot-say``: there is no such word for any of them.
        """
        taken = tuple(taken)
        words = [self._pack.behaviour.words(one.envelope.type) for one in taken]
        for one, known in zip(reversed(taken), reversed(words), strict=True):
            if word in known:
                name = sha256(f"{one.envelope.id}/{word}/{now.isoformat()}".encode()).hexdigest()
                return Planned(
                    id=f"ans_{name[:32]}", taken=one, after_ms=0, effect=word, word=word, said=said
                )
        spelled = ", ".join(sorted({one for known in words for one in known})) or "-"
        raise Refused(Finding(code="sandbox.cannot-say", value=word, args=(("known", spelled),)))

    def write(self, planned: Planned, now: datetime) -> Written:
        """Write the answer as of ``now`` (UTC)."""
        envelope = planned.taken.envelope
        answer = self._answer(planned)
        office = self._offices[envelope.office]
        local = now.astimezone(ZoneInfo(office.zone))
        subject = answer.key or envelope.movement
        imported = self._pack.message(envelope.type).procedure.endswith("import")
        content = answer.render(
            {
                "id": planned.id,
                "message-id": envelope.id,
                "office": office.code,
                "national-office": office.national_code,
                "now": local.isoformat(timespec="seconds"),
                "compact": f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}",
                "number18": self._numbers.entry(
                    subject, office.national_code, envelope.issued.year
                ),
                "number12": self._numbers.twelve_digits(subject, imported=imported),
                "mrn": self._numbers.mrn(subject, office.code[:2], envelope.issued.year),
                "lrn": subject,
                "procedure": self._pack.message(envelope.type).procedure,
            },
            planned.said,
        )
        is_xml = content.lstrip().startswith(b"<")
        return Written(content=content, media_type=XML_TYPE if is_xml else FIXED_TYPE)

    def _answer(self, planned: Planned) -> Scripted:
        kind, content = planned.taken.envelope.type, planned.taken.content
        if not planned.word:
            return self._pack.behaviour.to(kind, content)[planned.place]
        answer = self._pack.behaviour.saying(planned.word, kind, content)
        if answer is None:
            raise LookupError(planned.word)
        return answer
