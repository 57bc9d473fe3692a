"""Loopback ports for programs that are told where to listen before they start."""

import atexit
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import cycle, islice

LOOPBACK = "127.0.0.1"

_BLOCK = 400
"""More than any one setting names before its programs listen."""

_BLOCKS = range(10_000, 32_000, _BLOCK)
"""Below those that systems give to whoever connects, who could have one before we listen on it."""


def free_ports(count: int) -> tuple[int, ...]:
    """Return loopback ports that nobody listens on and that nobody else was given.

    A program that is stopped and started again finds its port as it left it.

    :raises OSError: there are none
    """
    _, ports = _own_block()
    found = tuple(islice(filter(_is_free, islice(ports, _BLOCK)), count))
    if len(found) < count:
        raise OSError(f"of this process's {_BLOCK} loopback ports too few are free")
    return found


@lru_cache(maxsize=1)
def _own_block() -> tuple[socket.socket, Iterator[int]]:
    """Claim a block of ports for as long as this process lives.

    The claim is the UDP port of the block's first number: every system keeps those apart from the
    TCP ports we deal, and frees them with the process however it ends.
    """
    for first in random.sample(_BLOCKS, len(_BLOCKS)):
        claim = socket.socket(type=socket.SOCK_DGRAM)
        with suppress(OSError):
            claim.bind((LOOPBACK, first))
            atexit.register(claim.close)
            return claim, cycle(range(first, first + _BLOCK))
        claim.close()
    raise OSError("every block of loopback ports is claimed")


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        probe.bind((LOOPBACK, port))
        return True
    return False
