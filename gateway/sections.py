"""The sections of the settings: what can be set, within which bounds, and the defaults."""

from dataclasses import dataclass, field
from typing import Any


def _at_least(default: float, least: float, most: float = float("inf")) -> Any:  # noqa: ANN401 - as field()
    """Return a dataclass field with bounds."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """``url`` empty: SQLite at ``<data>/fullroute.db``; else a ``postgresql+psycopg://`` URL."""

    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """``url`` empty: the embedded Valkey on a Unix socket; else any ``redis://`` URL."""

    url: str = field(default="", metadata={"schemes": ("redis", "rediss", "redis+socket")})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where the HTTP face listens; ``threads`` bounds the requests worked on at once.

    ``bodies_bytes_max`` is what the bodies of all requests may fill together in one process; above
    it long ones are refused for a moment. One of ``body_bytes_max`` always finds room alone.
    """

    host: str = "127.0.0.1"
    port: int = _at_least(8117, 0, 65535)
    body_bytes_max: int = _at_least(10_000_000, 1024)
    bodies_bytes_max: int = _at_least(200_000_000, 1024)
    threads: int = _at_least(8, 1, 256)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """How parcels are carried side by side, and how often answers nobody posts are fetched."""

    concurrency: int = _at_least(16, 1, 1024)
    connect_seconds: float = _at_least(2.0, 0.05, 60)
    total_seconds: float = _at_least(15.0, 0.1, 600)
    collect_seconds: float = _at_least(2.0, 0.05, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """When declarations are not taken in for a while; 0 switches a limit off.

    ``backlog_seconds``: something has been due for longer at a link that takes messages, or waits
    for its number in the log. ``disk_reserve_megabytes``: less is free where the data folder lies;
    what was accepted still needs room.
    """

    backlog_seconds: float = _at_least(600.0, 0, 86_400)
    disk_reserve_megabytes: int = _at_least(256, 0, 1_000_000)
    retry_after_seconds: int = _at_least(30, 1, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Links one worker process drains at once, and how often it looks for forgotten ones."""

    threads: int = _at_least(16, 1, 256)
    ticker_seconds: float = _at_least(1.0, 0.05, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """``folder`` empty: ``<data>/keys``."""

    folder: str = ""
