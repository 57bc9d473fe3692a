"""Asking a broker how it stands: any ``redis://`` server, or the embedded one on its socket."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import redis

from gateway.domain.condition import BrokerCondition
from gateway.domain.errors import Unavailable
from gateway.domain.finding import Finding, Severity

SECONDS = 2.0
SOON_SECONDS = 0.5


def broker_condition(url: str) -> BrokerCondition:
    """Ask the broker at ``url``.

    Raises:
        Unavailable: ``doctor.broker-away``.
    """
    try:
        with _connected(url) as speaking:
            told: dict[str, Any] = speaking.info()
            seconds, microseconds = speaking.time()
    except (redis.RedisError, OSError) as error:
        args = (("reason", type(error).__name__),)
        away = Finding(code="doctor.broker-away", severity=Severity.WARNING, args=args)
        raise Unavailable(away) from error
    version = str(told.get("valkey_version") or told.get("redis_version", ""))
    return BrokerCondition(
        version=tuple(int(part) for part in re.findall(r"\d+", version)),
        clock=datetime.fromtimestamp(seconds + microseconds / 1e6, UTC),
        append_only=bool(told.get("aof_enabled")),
        write_failed=told.get("aof_last_write_status", "ok") != "ok",
        eviction=str(told.get("maxmemory_policy", "noeviction")),
    )


def answers(url: str) -> bool:
    """Tell whether the broker at ``url`` answers, soon."""
    try:
        with _connected(url, SOON_SECONDS) as speaking:
            return bool(speaking.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def _connected(url: str, seconds: float = SECONDS) -> redis.Redis:
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":
        path = unquote(parts.path)
        return redis.Redis(unix_socket_path=path, socket_timeout=seconds)
    return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)
