"""An application over a whole gateway with real parts, and callers with real keys."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway import bootstrap
from gateway.api.app import create_app
from gateway.bootstrap import Gateway
from gateway.domain.records import Tenant
from gateway.sections import HttpSettings
from gateway.settings import Settings
from gateway.usecases import setup
from tests.world import TENANT, World

BODY_BYTES_MAX = 200_000
ALL = ("declare", "sign", "report", "read", "operate", "audit")
XML = {"Content-Type": "application/xml"}


@dataclass
class Face:
    """A client, the world behind it, and ready-made headers by caller."""

    client: TestClient
    world: World
    callers: dict[str, dict[str, str]]
    _count: int = 0

    def declaration(self) -> bytes:
        """Return a signed declaration that was never submitted before."""
        self._count += 1
        lrn = f"CQ-2026-9{self._count:05d}"
        texts = {"<FunctionalReferenceID>CQ-2026-000117<": f"<FunctionalReferenceID>{lrn}<"}
        return self.world.declaration(texts=texts)

    def submit(self, raw: bytes, key: str, caller: str = "exporter", **headers: str):
        """Submit under an idempotency key."""
        return self.client.post(
            "/v1/declarations",
            content=raw,
            headers={**self.callers[caller], **XML, "Idempotency-Key": key, **headers},
        )


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("face")
    world = World(folder, mandates=("exporter", "broker", "carrier"))
    settings = Settings(data=folder, http=HttpSettings(body_bytes_max=BODY_BYTES_MAX))
    setup.add_tenant(world.ports, Tenant(id="other", name="Other"))
    callers = {"nobody": {}}
    for name, tenant, scopes, link in (
        ("exporter", TENANT, ALL, ""),
        ("reader", TENANT, ("read",), ""),
        ("stranger", "other", ALL, ""),
        ("officer", TENANT, ("lane",), ""),
        ("second", TENANT, ("lane",), ""),
        ("gate-lane", TENANT, ("lane",), "lnk_vn0015bb"),
        ("gate", TENANT, ("link",), "lnk_cn00x001"),
        ("other-gate", TENANT, ("link",), "lnk_vn0015bb"),
    ):
        _, key = bootstrap.new_principal(world.ports, tenant, name, scopes, link=link)
        callers[name] = {"Authorization": f"Bearer {key}"}
    with TestClient(create_app(Gateway(ports=world.ports, settings=settings))) as client:
        yield Face(client, world, callers)
    world.close()


@pytest.fixture(scope="module")
def movement(face: Face) -> str:
    """One movement under way, submitted once for the module."""
    answer = face.submit(face.declaration(), "the-movement")
    assert answer.status_code == 202, answer.text
    face.world.run()
    return answer.json()["movement"]
