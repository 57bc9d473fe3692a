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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway import bootstrap, register
from gateway.adapters.keystore import FileKeys, create_party_key, create_seal_key
from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.adapters.sql.migration import migrate
from gateway.adapters.sql.store import SqlStore
from gateway.adapters.system import SystemIds
from gateway.domain.delivery import LinkKind
from gateway.domain.event import EventKind, Report
from gateway.domain.lane import Lane
from gateway.domain.records import Principal, Tenant
from gateway.domain.roles import OfficeRole
from gateway.markup import safe, signature, tree
from gateway.ports import Ports
from gateway.sandbox.town import MovableClock, Town
from gateway.usecases import setup
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
def offline_ports() -> Ports:
    """Return ports without a store, over the packs that all tests of a process share."""
    return replace(bootstrap.open_offline(), packs=shipped_packs())


@cache
def _migrated() -> bytes:
    """Return an empty database as migration makes it: made once, copied for every world."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


LANE = Lane(
    id="yyg-3",
    tenant=TENANT,
    office="CN00X001",
    role=OfficeRole.EXIT,
    tolerance_percent=Decimal(3),
    declaration_hours=72,
)
"""A lane at the gate of exit, for tests that want one (``setup.add_lane``)."""


class Clock(MovableClock):
    """The town's clock, moved in words."""

    def forward(self, **kwargs: float) -> None:
        super().forward(timedelta(**kwargs))


class Knocks:
    """A wake-up that remembers who was knocked at."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def knock(self, links) -> None:
        self.links += links


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
        places = (ROUTE | TRANSIT | (more or {})).items()
        offices = [(administration, one) for administration, many in places for one in many]
        self.town.settle(self.ports, TENANT, offices, folder / "journal", self.certificates)

    def close(self) -> None:
        self.store.close()
        self.town.close()

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
        other.town = self.town.copied(other.clock, folder / "journal", self.certificates)
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

    def run(self) -> None:
        """Deliver and answer until nothing moves any more."""
        self.town.run(self.ports)

    def answer(self) -> int:
        """Post every answer the systems have planned, save those held."""
        return self.town.answer(self.ports)

    def post(self, planned) -> None:
        """Post one planned answer, sealed as its system does."""
        self.town.post(self.ports, planned)

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
