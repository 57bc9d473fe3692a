"""Opening a desk: at a running gateway where a URL is given, else in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.cli.client import Client
from gateway.cli.desk import Desk, RemoteDesk
from gateway.cli.options import DeskOptions, RemoteOptions
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding


@contextmanager
def connected(options: RemoteOptions) -> Iterator[Client]:
    """Connect to the gateway at the URL.

    Raises:
        Misconfigured: there is no API key, or it or the URL cannot be one.
    """
    if not options.api_key.strip():
        raise Misconfigured(Finding(code="cli.key-missing", value=options.url))
    client = Client(options.url, options.api_key, options.lang)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def open_desk(options: DeskOptions) -> Iterator[Desk]:
    """Open the gateway at a URL, or the data folder where none is given.

    Raises:
        Misconfigured: a URL without an API key, or no usable data folder.
    """
    if options.url:
        with connected(options) as client:
            yield RemoteDesk(client)
        return
    from gateway.cli.folder import FolderDesk, open_folder

    with open_folder(options.data) as gateway:
        yield FolderDesk(gateway, options.lang)
