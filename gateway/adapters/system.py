"""Time, chance and memory from the machine: the only place that asks it for any."""

import gc
import secrets
from datetime import UTC, datetime

from uuid_utils import uuid7

SALT_BYTES = 16
_FRACTION_BITS = 53  # what a float in [0, 1) can hold


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """Return aware UTC."""
        return datetime.now(UTC)


class SystemIds:
    """Ids and chance from the machine's random source.

    Ids are UUIDs of version 7 (RFC 9562): they grow with time, so rows written together lie
    together, and those of one program never run backwards.
    """

    def new(self, prefix: str) -> str:
        """Return ``prefix_`` and 32 hex digits."""
        return f"{prefix}_{uuid7().hex}"

    def draw(self, alphabet: str, length: int) -> str:
        """Draw ``length`` characters, each with the same chance."""
        return "".join(secrets.choice(alphabet) for _ in range(length))

    def salt(self) -> bytes:
        """Return 16 random bytes."""
        return secrets.token_bytes(SALT_BYTES)

    def jitter(self) -> float:
        """Return a number in [0, 1)."""
        return float(secrets.randbits(_FRACTION_BITS)) / (1 << _FRACTION_BITS)


COLLECTED_AFTER = (20_000, 20, 50)
"""Objects made, then rounds, before the collector looks: requests leave few circles behind."""


def spare_collector() -> None:
    """Leave what lives as long as the program out of every search for garbage.

    A compiled set of packs is hundreds of thousands of objects; walking over them again and again
    cost an eighth of all computing time. Call it once, when everything is compiled.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
