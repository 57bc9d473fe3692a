"""Looking after a deployment: does it stand well, its backup, its restoration.

Beside ``bootstrap`` the only file that reaches drivers: what is looked after may be too broken to
be opened.
"""

import sys
from collections.abc import Callable, Iterable, Iterator

from gateway import __version__
from gateway.domain.condition import (
    Check,
    Timeouts,
    dotted,
    judge_broker,
    judge_database,
    judge_disk,
    judge_timeouts,
)
from gateway.domain.errors import GatewayError
from gateway.domain.finding import Finding, Refusal
from gateway.markup import tree
from gateway.settings import Settings

TASK_SECONDS = 60.0
"""After this time Celery gives a task to somebody else (``workers.app``)."""

MEGABYTE = 1_000_000


def examine(settings: Settings) -> Iterator[Check]:
    """Look at every part by itself, the ones that others stand on first.

    A part that cannot be reached is a check with that finding; the others are looked at all the
    same.
    """
    yield Check(name="versions", seen=_versions())
    yield _looked("time-outs", lambda: _timeouts(settings))
    yield _looked("disk", lambda: _disk(settings))
    yield _looked("migrations", lambda: _migrations(settings))
    yield _looked("database", lambda: _database(settings))
    yield _looked("broker", lambda: _broker(settings))
    yield _looked("keys", lambda: _keys(settings))


def _looked(name: str, look: Callable[[], tuple[str, Iterable[Finding]]]) -> Check:
    try:
        seen, findings = look()
        return Check(name=name, seen=seen, findings=tuple(findings))
    except (GatewayError, Refusal) as error:
        return Check(name=name, findings=error.findings)


def _versions() -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in tree.versions().items())
    return f"fullroute {__version__}, Python {dotted(sys.version_info[:3])}, {libraries}"


def _timeouts(settings: Settings) -> tuple[str, Iterable[Finding]]:
    delivery = settings.delivery
    times = Timeouts(
        connect=delivery.connect_seconds, total=delivery.total_seconds, visibility=TASK_SECONDS
    )
    return f"connect {times.connect:g} s, total {times.total:g} s", judge_timeouts(times)


def _disk(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.system import free_bytes  # noqa: PLC0415 - as needed

    free = free_bytes(settings.data)
    reserve = settings.intake.disk_reserve_megabytes * MEGABYTE
    return f"{free // MEGABYTE} MB free", judge_disk(free, reserve, str(settings.data))


def _migrations(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.sql.migration import check_version  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.tables import VERSION  # noqa: PLC0415 - as needed

    check_version(settings.database_url)
    return VERSION, ()


def _database(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.sql.condition import database_condition  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    seen = database_condition(settings.database_url)
    return f"{seen.product} {dotted(seen.version)}", judge_database(seen, SystemClock().now())


def _broker(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.broker_condition import broker_condition  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    seen = broker_condition(settings.broker_url)
    return dotted(seen.version), judge_broker(seen, SystemClock().now())


def _keys(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.keystore import FileKeys  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    keys = FileKeys(settings.keys_folder)
    findings = keys.findings(SystemClock().now())
    return f"{len(keys.seal_keys())} seal keys, {len(keys.names())} of parties", findings
