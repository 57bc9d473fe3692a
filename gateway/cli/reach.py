"""The data folder where one is named, else what ships: for commands that only read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.bootstrap import open_offline
from gateway.cli.folder import open_folder
from gateway.ports import Ports


@contextmanager
def reach(data: Path | None) -> Iterator[tuple[Ports, bool]]:
    """Yield the ports, and whether they have a store.

    Raises:
        Misconfigured: the data folder is none, or its database is of another version.
    """
    if data is None:
        yield open_offline(), False
        return
    with open_folder(data) as gateway:
        yield gateway.ports, True
