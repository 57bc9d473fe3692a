"""Lists of packs somebody vouches for, as they are written.

The build of a wheel writes the release's list with this module and needs the standard library only
(``.ci/pins.py``); how lists are read and what they decide is in ``packs.vouching``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.packs.digests import below, digest_of, folders, runs

PINS = "PINS.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One pack somebody vouches for; ``digest`` is that of the files that run."""

    pack: str
    version: str
    digest: str


def running_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of what runs of a pack's files."""
    return digest_of({name: raw for name, raw in files.items() if runs(name)})


def write_pins(pins: Iterable[Pin]) -> bytes:
    """Return the bytes of a pin list, sorted."""
    told = (
        f'\n[[pin]]\npack = "{pin.pack}"\nversion = "{pin.version}"\ndigest = "{pin.digest}"\n'
        for pin in sorted(pins, key=lambda one: (one.pack, one.version, one.digest))
    )
    return ("# Packs somebody vouches for, by the digest of what runs.\n" + "".join(told)).encode()


def release_pins(files: Mapping[str, bytes]) -> bytes:
    """Return the list that vouches for every pack of ``files``, which are those below ``packs/``.

    Raises:
        KeyError, tomllib.TOMLDecodeError: a pack has no readable ``pack.toml``: no release.
    """
    pins = []
    for folder in folders(files, ""):
        inside = below(files, f"{folder}/")
        head = tomllib.loads(inside["pack.toml"].decode("utf-8"))
        pins.append(Pin(pack=head["pack"], version=head["version"], digest=running_digest(inside)))
    return write_pins(pins)
