"""A whole gateway in memory, with real parts: SQL store, packs, keys, and the customs systems.

No processes and no HTTP: the courier hands parcels to the simulated systems directly, and their
answers are posted by calling the use case. Everything else is what runs in production. Time is a
clock that the test moves.
"""

import copy
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway import register
from gateway.adapters.keystore import FileKeys, create_party_key, create_seal_key
from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.adapters.system import SystemIds
from gateway.audit.exchange import AnswerHeader, make_answer, to_base64, write_reply
from gateway.domain.delivery import LinkKind
from gateway.domain.event import EventKind, Report
from gateway.domain.records import Principal, Tenant
from gateway.markup import safe, signature, tree
from gateway.ports import Ports, Reply
from gateway.sandbox.numbers import Numbers
from gateway.sandbox.office import Arrival, CustomsSystem
from gateway.sandbox.spec import LinkSpec
from gateway.sandbox.stationery import Stationery
from gateway.usecases import setup
from gateway.usecases.deliver import deliver
from gateway.usecases.receive import receive
from gateway.usecases.report import report
from gateway.usecases.submit import submit

SHIPPED = schemas_root() / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
NORTHBOUND = SHIPPED.with_name("haiduong-chongqing-dragonfruit.xml")
TENANT = "default"
SIGNATORIES = ("exporter", "broker", "carrier", "importer")
ROUTE = {
    "CN": ("CN008001", "CN00X001"),
    "VN": ("VN0015BB", "VN0003PJ"),
}
TRANSIT = {"GB": ("GB000246", "GB000060"), "XI": ("XI000081", "XI000142")}


@cache
def shipped_packs() -> FolderPacks:
    """Return the packs there are, compiled once for all tests of a process that change none."""
    return FolderPacks(schemas_root(), {}, slots=4)


@cache
def _migrated() -> bytes:
    """Return an empty database as migration makes it: made once, copied for every world."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


class Clock:
    """A clock that moves when told, and a little at every look, as real ones do."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def forward(self, **kwargs: float) -> None:
        self.at += timedelta(**kwargs)


class Knocks:
    """A wake-up that remembers who was knocked at."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def knock(self, links) -> None:
        self.links += links


@dataclass
class Town:
    """The customs systems of all links, reached directly.

    ``away`` are unreachable links; ``instead`` holds by link what it answers without looking:
    status and content.
    """

    clock: Clock
    keys: FileKeys
    systems: dict[str, CustomsSystem] = field(default_factory=dict)
    stationery: dict[str, Stationery] = field(default_factory=dict)
    answers: list = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    instead: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def carry(self, link, parcels):
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
                self.answers += self.stationery[link.id].plan(verdict.taken)
            yield Reply(message=parcel.message, at=at, status=verdict.status, content=content)


class World:
    """One gateway, its parties and the systems along the route."""

    def __init__(
        self,
        folder: Path,
        *,
        store_url: str = "",
        mandates=SIGNATORIES,
        shipped: Path = SHIPPED,
        packs: FolderPacks | None = None,
        more: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.folder = folder
        self.shipped = shipped
        self.clock = Clock(datetime(2026, 11, 23, 1, tzinfo=UTC))
        url = store_url or f"sqlite:///{folder / 'world.db'}"
        if store_url:
            migrate(url)
        else:
            (folder / "world.db").write_bytes(_migrated())
        self.store = SqlStore(url)
        self._keys(folder / "keys")
        packs = packs or shipped_packs()
        self.knocks = Knocks()
        self.town = Town(self.clock, self.keys)
        self.ports = Ports(
            store=self.store,
            wakeup=self.knocks,
            couriers={LinkKind.PUSH: self.town},
            keys=self.keys,
            packs=packs,
            clock=self.clock,
            ids=SystemIds(),
        )
        setup.add_tenant(self.ports, Tenant(id=TENANT, name="Jialing", accepts_unsigned=True))
        self.exporter = self.principal("exporter")
        self._parties(mandates)
        for administration, offices in (ROUTE | TRANSIT | (more or {})).items():
            for office in offices:
                self._link(administration, office)

    def close(self) -> None:
        self.store.close()
        for system in self.town.systems.values():
            system.close()

    def copied(self, folder: Path) -> "World":
        """A world of its own, on SQLite, that begins where this one stands."""
        other = copy.copy(self)
        other.folder = folder
        shutil.copytree(self.folder / "journal", folder / "journal")
        target = folder / "world.db"
        with (
            closing(sqlite3.connect(self.folder / "world.db")) as ours,
            closing(sqlite3.connect(target)) as copied,
        ):
            ours.backup(copied)
        other.store, other.clock, other.knocks = (
            SqlStore(f"sqlite:///{target}"), Clock(self.clock.at), Knocks(),
        )  # fmt: skip
        systems = {
            link: CustomsSystem(
                one.spec, one.pack, folder / "journal", other.clock.now, self.certificates
            )
            for link, one in self.town.systems.items()
        }
        other.town = Town(
            other.clock, self.keys, systems, dict(self.town.stationery), list(self.town.answers)
        )
        other.ports = replace(
            self.ports, store=other.store, clock=other.clock, wakeup=other.knocks,
            couriers={LinkKind.PUSH: other.town},
        )  # fmt: skip
        return other

    def reopened(self, url: str, keys: Path) -> tuple[SqlStore, Ports]:
        """Return another database with other keys, under the same packs and clock."""
        store = SqlStore(url)
        return store, replace(self.ports, store=store, keys=FileKeys(keys))

    # ------------------------------------------------------------------ set-up

    @property
    def certificates(self) -> tuple[bytes, ...]:
        return tuple(self.keys.signer(name).certificate for name in SIGNATORIES)

    def _keys(self, folder: Path) -> None:
        create_seal_key(folder)
        for name in SIGNATORIES:
            create_party_key(folder, name, common_name=name, days=365, at=self.clock.now())
        self.keys = FileKeys(folder)

    def principal(self, name: str, **kwargs) -> Principal:
        principal = Principal(
            id=name,
            tenant=TENANT,
            name=name,
            scopes=("declare", "sign", "report", "read", "link"),
            secret_digest=sha256(name.encode()).hexdigest(),
            **kwargs,
        )
        setup.add_principal(self.ports, principal)
        return principal

    def _parties(self, mandates) -> None:
        ids = {"exporter": "", "broker": "", "carrier": "", "importer": ""}
        root = safe.parse(self.shipped.read_bytes(), safe.Limits())
        for role in ids:
            party = tree.elements(root, f"d:Party[@role='{role}']")[0]
            ids[role] = f"{tree.text(party, 'd:ID/@scheme')}:{tree.text(party, 'd:ID')}"
        self.parties = ids
        for role, party in ids.items():
            if role in mandates:
                setup.new_mandate(self.ports, TENANT, party, role, role, basis="test")
            else:
                certificate = self.keys.signer(role).certificate
                setup.add_certificate(self.ports, TENANT, party, certificate)

    def _link(self, administration: str, office: str) -> None:
        link = f"lnk_{office.lower()}"
        key = Ed25519PrivateKey.generate()
        setup.add_link(
            self.ports,
            TENANT,
            setup.NewLink(
                id=link,
                administration=administration,
                kind=LinkKind.PUSH,
                endpoint="memory:",
                key=key.public_key().public_bytes_raw(),
                offices=(office,),
            ),
        )
        self.principal(link, link=link)
        spec = LinkSpec(
            id=link,
            administration=administration,
            kind=LinkKind.PUSH,
            port=0,
            offices=(office,),
            key=key,
            api_key="",
        )
        with self.ports.packs.slot() as packs:
            pack = packs.by_administration(administration)
        journal = self.folder / "journal"
        journal.mkdir(exist_ok=True)
        self.town.systems[link] = CustomsSystem(
            spec, pack, journal, self.clock.now, self.certificates
        )
        self.town.stationery[link] = Stationery(
            pack, Numbers("test", administration), self.ports.packs.offices()
        )

    # ------------------------------------------------------------------ doing

    def declaration(self, **replacing: str) -> bytes:
        """The shipped declaration with texts replaced, signed by the exporter."""
        text = self.shipped.read_text("utf-8")
        for old, new in replacing.get("texts", {}).items():
            assert old in text, old
            text = text.replace(old, new)
        return signature.sign(text.encode(), self.keys.signer("exporter"), self.clock.now())

    def submit(self, raw: bytes, key: str = "k1"):
        return submit(self.ports, raw, self.exporter, idempotency_key=key)

    def report(self, movement: str, kind: str, office: str, **facts: str):
        told = Report(
            kind=EventKind(kind),
            at=self.clock.now(),
            office=office,
            facts=tuple(facts.items()),
        )
        return report(self.ports, self.exporter, movement, told)

    def run(self, rounds: int = 40) -> None:
        """Deliver and answer until nothing moves any more."""
        for _ in range(rounds):
            moved = sum(deliver(self.ports, link, "test") for link in self.town.systems)
            moved += self.answer()
            if not moved:
                return
        raise AssertionError("it never came to rest")

    def answer(self) -> int:
        """Post every answer the systems have planned, save those held."""
        going = [a for a in self.town.answers if a.taken.envelope.type not in self.town.held]
        self.town.answers = [a for a in self.town.answers if a not in going]
        for planned in sorted(going, key=lambda one: one.after_ms):
            self.post(planned)
        return len(going)

    def post(self, planned):
        """Post one planned answer, sealed as its system does."""
        link = planned.taken.envelope.link
        written = self.town.stationery[link].write(planned, self.clock.now())
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
        paper = self.town.systems[link].sealed(header)
        caller = self.store.principal(link)
        return receive(self.ports, caller, link, paper.content, paper.seal, written.content)

    def messages(self, movement: str) -> dict:
        return {(m.office, m.type): m for m in self.store.messages(movement)}

    def procedures(self, movement: str) -> dict[str, str]:
        loaded = register.load(self.ports, movement)
        return {p.kind: p.state.value for p in loaded.subject.movement.procedures}

    def effects(self) -> list[dict]:
        return [
            json.loads(line)
            for path in sorted((self.folder / "journal").glob("*.effects.jsonl"))
            for line in path.read_text("utf-8").splitlines()
        ]
