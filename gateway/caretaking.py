"""Looking after a deployment: does it stand well, its backup, its restoration.

Beside ``bootstrap`` the only file that reaches drivers: what is looked after may be too broken to
be opened.
"""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from os.path import realpath
from pathlib import Path

from gateway import __version__
from gateway.adapters.safekeeping import Manifest
from gateway.audit.checkpoint import Seen, verify_any
from gateway.audit.merkle import Frontier
from gateway.domain.condition import (
    Check,
    Timeouts,
    dotted,
    judge_broker,
    judge_database,
    judge_disk,
    judge_timeouts,
)
from gateway.domain.errors import GatewayError, Misconfigured, NotAuthentic
from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import MessageState
from gateway.markup import tree
from gateway.ports import Keys, Ports, Store
from gateway.settings import FILE_NAME, PREFIX, Settings, load_settings

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
    yield _looked("log", lambda: _log(settings))
    yield _looked("broker", lambda: _broker(settings))
    yield _looked("keys", lambda: _keys(settings))


def _looked(name: str, look: Callable[[], tuple[str, Iterable[Finding]]]) -> Check:
    try:
        seen, findings = look()
        return Check(name=name, seen=seen, findings=tuple(findings))
    except (GatewayError, Refusal) as error:
        return Check(name=name, findings=error.findings)
    except (OSError, ValueError) as error:
        args = (("reason", _reason(error)),)
        return Check(name=name, findings=(Finding(code="doctor.not-seen", args=args),))


def _reason(error: OSError | ValueError) -> str:
    """Return what an error says; who cannot read a value quotes it, and it may hold a password."""
    if not isinstance(error, OSError):
        return type(error).__name__
    return ": ".join(str(one) for one in (error.filename, error.strerror) if one) or "OSError"


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
    free = shutil.disk_usage(settings.data).free
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


def _log(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters import witness  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.migration import check_version  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.store import SqlStore  # noqa: PLC0415 - as needed

    check_version(settings.database_url)
    with closing(SqlStore(settings.database_url)) as store:
        seen = witness.check(settings.data, store)
        return f"{store.log_size()} entries, {seen} seen before", ()


def went_back(settings: Settings, store: Store) -> int:
    """Return how many entries were seen from this data folder of a log that went back.

    Raises:
        InConflict: ``database.not-older``: it did not.
        Misconfigured: ``witness.unreadable``.
    """
    from gateway.adapters import witness  # noqa: PLC0415 - as needed

    return witness.went_back(settings.data, store)


def accept_older(settings: Settings, store: Store) -> None:
    """Go on with a log that went back; what was decided must stand in it by now.

    Raises:
        Misconfigured: ``cli.file-unwritable``.
    """
    from gateway.adapters import witness  # noqa: PLC0415 - as needed

    witness.accept(settings.data, store)


def states_seen(
    settings: Settings, ports: Ports, checkpoints: Iterable[tuple[str, bytes]] = ()
) -> tuple[Seen, ...]:
    """Return the states with which the log must begin, as far as anybody kept them.

    One is what this machine saw; the others are ``checkpoints`` (name, content) of exports.

    Raises:
        NotAuthentic: ``note.*`` or ``checkpoint.malformed``.
        Misconfigured: ``witness.unreadable``.
    """
    from gateway.adapters import witness  # noqa: PLC0415 - as needed

    tree = witness.tree_seen(settings.data)
    return (
        Seen(where=witness.FILE, size=tree.size, root=tree.root()),
        *(_seen_in(ports, where, content) for where, content in checkpoints),
    )


def _seen_in(ports: Ports, where: str, content: bytes) -> Seen:
    try:
        found = verify_any(content, ports.keys.seal_keys().values())
    except Refusal as refusal:
        raise NotAuthentic(*refusal.findings) from refusal
    return Seen(where=where, size=found.size, root=found.root)


def keep_seen(settings: Settings, log: Frontier) -> None:
    """Let this machine's witness keep the tree over a log that was just verified."""
    from gateway.adapters import witness  # noqa: PLC0415 - as needed

    witness.keep_tree(settings.data, log)


def _broker(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.broker_condition import broker_condition  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    seen = broker_condition(settings.broker_url)
    return dotted(seen.version), judge_broker(seen, SystemClock().now())


def broker_answers(settings: Settings) -> bool:
    """Ask the broker, which has half a second: whoever looks whether we are ready waits."""
    from gateway.adapters.broker_condition import answers  # noqa: PLC0415 - as needed

    return answers(settings.broker_url)


def _keys(settings: Settings) -> tuple[str, Iterable[Finding]]:
    from gateway.adapters.keystore import FileKeys  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    keys, now = FileKeys(settings.keys_folder), SystemClock().now()
    findings = (*keys.findings(now), *_keys_missing(settings, keys, now))
    return f"{len(keys.seal_keys())} seal keys, {len(keys.names())} of parties", findings


def _keys_missing(settings: Settings, keys: Keys, now: datetime) -> Iterator[Finding]:
    """Yield keys that this gateway seals or signs with, and that another machine has alone."""
    from gateway.adapters.sql.migration import check_version  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.store import SqlStore  # noqa: PLC0415 - as needed

    try:
        check_version(settings.database_url)
        with closing(SqlStore(settings.database_url)) as store:
            states = (MessageState.ACKNOWLEDGED, MessageState.DUE)
            sent = [one for state in states for one in store.messages_in_state(state, limit=1)]
            tenants = {one.tenant for one in store.principals()}
            mandates = [one for tenant in tenants for one in store.trust(tenant).mandates]
    except GatewayError:  # told in a row of its own
        return
    sealed = {one.seal.partition(":")[0] for one in sent if one.seal}
    for name in sorted(sealed - set(keys.seal_keys())):
        yield Finding(code="key.seal-elsewhere", value=name)
    signing = {one.key for one in mandates if one.valid_to is None or now < one.valid_to}
    for name in sorted(signing - set(keys.names())):
        yield Finding(code="key.unknown", value=name)


def migrate(settings: Settings) -> str:
    """Bring the database to this program's version and return that; others may be at work in it.

    Raises:
        Misconfigured: the database was made by a later version, or the folder is none of ours.
        Unavailable: it cannot be reached.
    """
    from gateway.adapters.sql import migration  # noqa: PLC0415 - as needed

    settings.check_folder()
    return migration.migrate(settings.database_url)


# ------------------------------------------------------------------ backup

DATABASE, KEYS, PACKS = "fullroute.db", "keys", "packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds: ``entries`` of the log under ``root`` (hex), and how many files."""

    made_at: str
    entries: int
    root: str
    files: int
    with_database: bool


def back_up(settings: Settings, folder: Path, *, with_database: bool = True) -> BackedUp:
    """Copy database, keys, settings and packs into an empty folder, while programs run.

    The database is copied first and at one moment: whatever keys and packs it speaks of were there
    before it. The broker is left out: it holds hints. Without ``with_database`` that is somebody
    else's to copy.

    A backup that failed leaves nothing in the folder.

    Raises:
        Misconfigured: the folder is not empty or cannot be written; ``backup.not-sqlite``;
            ``key.no-seal``: what was put back from it could not be opened.
        Unavailable: the database cannot be read.
    """
    from gateway.adapters import safekeeping  # noqa: PLC0415 - as needed
    from gateway.adapters.keystore import FileKeys  # noqa: PLC0415 - as needed
    from gateway.adapters.sql import snapshot  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.migration import check_version  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.tables import VERSION  # noqa: PLC0415 - as needed
    from gateway.adapters.system import SystemClock  # noqa: PLC0415 - as needed

    if with_database:
        snapshot.database_file(settings.database_url)
    check_version(settings.database_url)
    if not FileKeys(settings.keys_folder).seal_keys():
        raise Misconfigured(Finding(code="key.no-seal", value=str(settings.keys_folder)))
    with safekeeping.filling(folder, last=safekeeping.MANIFEST) as partial:
        made_at = SystemClock().now().isoformat(timespec="seconds")
        log = Frontier()
        if with_database:
            snapshot.copy_database(settings.database_url, partial / DATABASE)
            log = log.with_leaves(snapshot.leaves_of(partial / DATABASE))
        safekeeping.keep(partial, _beside(settings))
        manifest = safekeeping.Manifest(
            made_at=made_at,
            gateway=__version__,
            database=VERSION if with_database else "",
            entries=log.size,
            root=log.root().hex(),
            files=safekeeping.digests(partial),
        )
        safekeeping.write_manifest(partial, manifest)
    return _told(manifest)


def _beside(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what lies beside the database, with its place in a backup."""
    from gateway.adapters.safekeeping import below  # noqa: PLC0415 - as needed

    if (settings.data / FILE_NAME).is_file():
        yield FILE_NAME, settings.data / FILE_NAME
    for place, folder in ((KEYS, settings.keys_folder), (PACKS, settings.packs_folder)):
        for name, path in below(folder):
            yield f"{place}/{name}", path


def restore(folder: Path, data: Path) -> BackedUp:
    """Put a backup back into a data folder that is empty or not there.

    Every file is held against the manifest first, an older database is brought to this program's
    version, and what was put back must be what the settings then name. Everything appears in the
    folder, its database last, or nothing does. What the log says is for ``audit verify`` to check.

    Raises:
        NotFound, NotAuthentic: the backup is none, or was changed.
        Misconfigured: the data folder is not empty or cannot be written; the database is of a later
            version; ``backup.settings-elsewhere``, or settings that cannot be read.
        Unavailable: the database cannot be read.
    """
    from gateway.adapters import safekeeping  # noqa: PLC0415 - as needed
    from gateway.adapters.sql import migration  # noqa: PLC0415 - as needed

    manifest = safekeeping.read_manifest(folder)
    with safekeeping.filling(data, last=DATABASE) as partial:
        safekeeping.keep(partial, ((name, folder / name) for name in manifest.files))
        _check_settings(partial, data.absolute(), with_database=bool(manifest.database))
        if manifest.database:
            _check_log(partial / DATABASE, manifest)
            migration.migrate(Settings(data=partial).database_url)
    return _told(manifest)


def _check_settings(partial: Path, data: Path, *, with_database: bool) -> None:
    """Refuse to put back what nobody would open: database or keys are set to lie elsewhere.

    Whoever then opened the folder would work in the database that the settings name: mostly the
    one that the backup was made of. Without a database in it that is as it should be.
    """
    from gateway.adapters.sql import snapshot  # noqa: PLC0415 - as needed

    there = replace(load_settings(data=partial), data=data)
    places = [("keys.folder", str(there.keys_folder), data / KEYS, str(data / KEYS))]
    if with_database:
        place, ours = snapshot.place_of(there.database_url), Settings(data=data).database_url
        places.append(("database.url", place, data / DATABASE, ours))
    elsewhere = [one for one in places if realpath(one[1]) != realpath(one[2])]
    if elsewhere:
        raise Misconfigured(*(_elsewhere(there, *one) for one in elsewhere))


def _elsewhere(there: Settings, key: str, named: str, put: Path, wanted: str) -> Finding:
    source = there.sources.get(key, "")
    args = {
        "key": key,
        "source": source if source.startswith(PREFIX) else Path(source).name,
        "put": str(put),
        "variable": f"{PREFIX}{key.upper().replace('.', '__')}",
        "set": wanted,
    }
    return Finding(
        code="backup.settings-elsewhere", pointer=key, value=named, args=tuple(args.items())
    )


def _check_log(database: Path, manifest: Manifest) -> None:
    from gateway.adapters.sql import snapshot  # noqa: PLC0415 - as needed

    root = Frontier().with_leaves(snapshot.leaves_of(database)).root().hex()
    if root != manifest.root:
        args = (("expected", manifest.root),)
        raise NotAuthentic(Finding(code="backup.other-log", value=root, args=args))


def _told(manifest: Manifest) -> BackedUp:
    return BackedUp(
        made_at=manifest.made_at,
        entries=manifest.entries,
        root=manifest.root,
        files=len(manifest.files),
        with_database=bool(manifest.database),
    )
