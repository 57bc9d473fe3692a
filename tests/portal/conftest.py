"""The pages over a whole gateway: a client without JavaScript, and a real server."""

import re
import threading
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.testclient import TestClient

from gateway import bootstrap
from gateway.api.app import create_app
from gateway.bootstrap import Gateway
from gateway.domain.records import Tenant
from gateway.sections import HttpSettings
from gateway.serving.__main__ import with_pages
from gateway.settings import Settings
from gateway.usecases import setup
from tests.world import TENANT, World

BODY_BYTES_MAX = 300_000
SAME = {"Origin": "http://testserver"}


@dataclass
class House:
    """A world with its application and the API keys of its people."""

    world: World
    app: object
    keys: dict[str, str]

    def visitor(self, name: str = "") -> "Visitor":
        """Return a browser without JavaScript, logged in if a name is given."""
        visitor = Visitor(TestClient(self.app, follow_redirects=False))
        if name:
            answer = visitor.client.post(
                "/pages/login", data={"key": self.keys[name]}, headers=SAME
            )
            assert answer.status_code == 303, answer.text
        return visitor


@dataclass
class Visitor:
    """Somebody at the pages."""

    client: TestClient

    def token(self) -> str:
        """Return the token that this session's forms hold."""
        page = self.client.get("/pages/validate").text
        return re.search(r'name="token" value="([^"]+)"', page)[1]

    def validate(self, raw: bytes, **fields: str):
        """Send the form with a dropped file."""
        return self.client.post(
            "/pages/validate",
            data={"token": self.token(), **fields},
            files={"file": ("declaration.xml", raw, "application/xml")},
            headers=SAME,
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    world = World(folder, mandates=("exporter", "broker", "carrier"))
    setup.add_tenant(world.ports, Tenant(id="other", name="Other"))
    keys = {}
    for name, tenant, scopes in (
        ("exporter", TENANT, ("declare", "read")),
        ("reader", TENANT, ("read",)),
        ("officer", TENANT, ("lane",)),
        ("second", TENANT, ("lane",)),
        ("operator", TENANT, ("read", "operate")),
        ("stranger", "other", ("declare", "read")),
    ):
        _, keys[name] = bootstrap.new_principal(world.ports, tenant, name, scopes)
    gateway = Gateway(
        ports=world.ports,
        settings=Settings(data=folder, http=HttpSettings(body_bytes_max=BODY_BYTES_MAX)),
    )
    app = create_app(gateway)
    with_pages(app, gateway)
    yield House(world, app, keys)
    world.close()


@pytest.fixture(scope="module")
def place(house):
    """The address of a real server around the same house."""
    server = uvicorn.Server(uvicorn.Config(house.app, port=0, log_level="warning"))
    house.app.state.stopping = lambda: server.should_exit
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
