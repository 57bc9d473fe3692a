"""Opening a desk: at a running gateway where a URL is given, else in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.client import Client
from gateway.cli.desk import Desk, RemoteDesk
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding


@contextmanager
def connected(url: str, key: str, lang: str) -> Iterator[Client]:
    """Connect to the gateway at ``url``.

    Raises:
        Misconfigured: there is no API key.
    """
    if not key:
        raise Misconfigured(Finding(code="cli.key-missing", value=url))
    client = Client(url, key, lang)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def open_desk(*, url: str, key: str, data: Path | None, lang: str) -> Iterator[Desk]:
    """Open the gateway at ``url``, or the data folder where no URL is given.

    Raises:
        Misconfigured: a URL without an API key, or no usable data folder.
    """
    if url:
        with connected(url, key, lang) as client:
            yield RemoteDesk(client)
        return
    from gateway.cli.folder import FolderDesk, open_folder

    with open_folder(data) as gateway:
        yield FolderDesk(gateway.ports, lang)
