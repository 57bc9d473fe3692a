"""A data folder set up by the commands themselves, and the parties' own keys beside it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.adapters.keystore import create_party_key
from tests.cli.commands import SHIPPED, Said, fullroute

EXPORTER = "USCC:91500000MA5U7K2X1Q"
BROKER = "USCC:91500105MA60AB3C4H"
CARRIER = "USCC:91450000MA5N8P7Q65"
IMPORTER = "MST:0800901187"
OFFICES = ("CN008001", "CN00X001", "VN0015BB", "VN0003PJ")


@dataclass
class Desk:
    """One data folder; the importer gave no mandate, everybody else who signs did."""

    folder: Path
    parties: Path
    operator_key: str = ""
    exporter_key: str = ""
    link_keys: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def run(self, *arguments: object, **env: str) -> Said:
        return fullroute(*arguments, "--data", self.folder, **env)

    def declaration(self, **texts: str) -> Path:
        """Write a declaration that was never submitted; ``texts`` replace each other."""
        self._count += 1
        raw = SHIPPED.read_text("utf-8")
        texts = {"CQ-2026-000117": f"CQ-2026-8{self._count:05d}", **texts}
        for old, new in texts.items():
            raw = raw.replace(old, new)
        path = self.parties / f"declaration-{self._count}.xml"
        path.write_text(raw, "utf-8")
        return path

    def movements(self) -> int:
        """Count what is stored, without the program under test."""
        with closing(sqlite3.connect(self.folder / "fullroute.db")) as database:
            return database.execute("SELECT count(*) FROM movements").fetchone()[0]

    def pair(self, name: str) -> tuple[str, Path, str, Path]:
        return (
            "--key",
            self.parties / f"{name}.key.pem",
            "--certificate",
            self.parties / f"{name}.cert.pem",
        )

    def make_key(self, name: str, *, at: datetime | None = None, days: int = 365) -> None:
        at = at or datetime.now(UTC) - timedelta(minutes=1)
        create_party_key(self.parties, name, common_name=name, days=days, at=at)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    base = tmp_path_factory.mktemp("desk")
    desk = Desk(folder=base / "data", parties=base / "parties")
    desk.operator_key = desk.run("init").out.strip()
    for name in ("exporter", "importer", "stranger"):
        desk.make_key(name)
    desk.exporter_key = _registered(desk, "exporter", EXPORTER)
    _registered(desk, "importer", IMPORTER)
    for role, party in (("broker", BROKER), ("carrier", CARRIER)):
        assert desk.run("keys", "create", role, "--subject", role).code == 0
        said = desk.run(
            *("mandate", "add", "--party", party, "--as", role),
            *("--key", role, "--basis", "a contract"),
        )
        assert said.code == 0, said.err
    for office in OFFICES:
        desk.link_keys[office] = _linked(desk, office)
    return desk


def _registered(desk: Desk, name: str, party: str) -> str:
    certificate = desk.parties / f"{name}.cert.pem"
    said = desk.run("exporter", "add", name, "--party", party, "--certificate", certificate)
    assert said.code == 0, said.err
    return said.out.strip()


def _linked(desk: Desk, office: str) -> str:
    public = Ed25519PrivateKey.generate().public_key()
    key = desk.parties / f"{office}.pem"
    key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    said = desk.run(
        *("link", "add", office.lower(), "--office", office, "--key", key),
        *("--endpoint", "http://127.0.0.1:9"),
    )
    assert said.code == 0, said.err
    return said.out.strip()
