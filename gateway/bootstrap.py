"""Opening the gateway: the only file that chooses drivers.

Drivers are imported where they are chosen: the simulated customs systems need packs and a clock,
not SQLAlchemy and Celery, and ``fullroute validate`` should not wait for them either.
"""

import difflib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Self, cast

from gateway.adapters.system import SystemClock, SystemIds, spare_collector
from gateway.domain.errors import InConflict, Misconfigured
from gateway.domain.finding import Catalogue, Finding, Refusal
from gateway.domain.records import Principal, Tenant
from gateway.domain.trust import Signer
from gateway.ports import Clock, Keys, Packs, Ports, Shelf, Store, Wakeup
from gateway.settings import FILE_NAME, Settings
from gateway.usecases import setup

DEFAULT_TENANT = "default"
new_principal = setup.new_principal
settle = spare_collector
OPERATOR_SCOPES = ("declare", "sign", "report", "read", "operate", "audit", "lane")
PRIVATE_FOLDER = 0o700

_FIRST_SETTINGS = """\
# Fullroute settings. Every key may be overridden by FULLROUTE_SECTION__KEY.
# `fullroute config` shows what is in force and where it came from.

[http]
# host = "127.0.0.1"
# port = 8117

[delivery]
# concurrency = 16
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An open gateway: ports for the use cases, and the settings it was opened with."""

    ports: Ports
    settings: Settings
    _closing: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        """Give back what was opened, last first; repeating it changes nothing."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """A new data folder's operator; ``key`` is shown this once and stored nowhere."""

    operator: Principal
    key: str


def open_gateway(settings: Settings, *, wakeup: bool = True, witness: bool = True) -> Gateway:
    """Open database, keys and packs; connections are made when first needed.

    Without ``wakeup`` nobody is knocked; without ``witness`` a log that went back is opened, too.

    Raises:
        Misconfigured: ``settings.no-data-folder`` or ``not-a-data-folder``,
            ``database.other-version`` or ``rolled-back``, ``key.no-seal``,
            ``settings.unknown-key``, ``settings.crash-point-unknown``, ``pack.*``,
            ``witness.unreadable``.
        Unavailable: the database cannot be reached.
    """
    from gateway.adapters.keystore import password_of  # noqa: PLC0415 - as needed
    from gateway.adapters.links import open_links  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.migration import check_version  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.store import SqlStore  # noqa: PLC0415 - as needed
    from gateway.adapters.store_clock import StoreClock  # noqa: PLC0415 - as needed
    from gateway.adapters.witness import Witness  # noqa: PLC0415 - as needed

    settings.check_folder()
    check_version(settings.database_url)
    with ExitStack() as opening:
        keys = _keys(settings)
        packs = open_packs(settings, keep=True)
        store = opening.enter_context(closing(SqlStore(settings.database_url)))
        clock = opening.enter_context(closing(StoreClock(store.now)))
        if witness:
            opening.enter_context(closing(Witness(settings.data, store)))
        links = open_links(
            clock,
            settings.delivery.connect_seconds,
            settings.delivery.total_seconds,
            settings.delivery.concurrency,
            password=lambda link: password_of(settings.keys_folder, link),
            catalogue=packs.catalogue,
        )
        opening.callback(links.close)
        ports = Ports(
            store=store,
            wakeup=_wakeup(settings, opening, knocking=wakeup),
            couriers=links.couriers,
            keys=keys,
            packs=packs,
            clock=clock,
            ids=SystemIds(),
            collectors=links.collectors,
        )
        if settings.crash_point:
            from gateway.adapters import crash_points  # noqa: PLC0415 - in tests alone

            ports = crash_points.armed(ports, settings.crash_point)
        return Gateway(ports=ports, settings=settings, _closing=opening.pop_all())


class _Silence:
    """Knocks at nobody: what is due is found by the workers' own sweep, within a second."""

    def knock(self, links: Iterable[str]) -> None:
        """Do nothing."""


def _keys(settings: Settings) -> Keys:
    from gateway.adapters.keystore import FileKeys  # noqa: PLC0415 - as needed

    keys = FileKeys(settings.keys_folder)
    if not keys.seal_keys():
        raise Misconfigured(Finding(code="key.no-seal", value=str(settings.keys_folder)))
    return keys


def _wakeup(settings: Settings, opening: ExitStack, *, knocking: bool) -> Wakeup:
    if not knocking:
        return _Silence()
    from gateway.adapters.celery_wakeup import CeleryWakeup  # noqa: PLC0415 - as needed

    wakeup = CeleryWakeup(settings.broker_url)
    opening.callback(wakeup.close)
    return wakeup


# ------------------------------------------------------------------ less than everything


def open_packs(settings: Settings | None = None, *, keep: bool = False) -> Packs:
    """Open the packs alone; no data folder, database, keys or broker is needed.

    Raises:
        Misconfigured: a pack is broken, or settings name a switch that no pack has; with ``keep``,
            copies of the packs cannot be left in the data folder.
    """
    from gateway.adapters.pack_folder import FolderPacks, schemas_root  # noqa: PLC0415 - as needed

    switches = settings.packs if settings else {}
    try:
        packs = FolderPacks(
            schemas_root(),
            switches,
            slots=os.cpu_count() or 1,
            versions=settings.versions if settings else {},
            extra=settings.packs_folder if settings else None,
        )
        _check_ids(packs, settings)
        if keep:
            packs.keep()
    except Refusal as refusal:
        raise Misconfigured(*refusal.findings) from refusal
    return packs


_OF_SETTINGS = frozenset({"pack.no-such-version", "pack.unknown-switch"})
"""What can be wrong with a shipped pack only because of what settings say about it."""


def _check_ids(packs: Packs, settings: Settings | None) -> None:
    """Refuse settings for packs that are not there; a pack checks its switches itself."""
    if settings is None or not (settings.packs or settings.versions):
        return
    with packs.slot() as compiled:
        known = [pack.manifest.pack for pack in compiled.packs]
        findings = [one for one in compiled.findings if one.code in _OF_SETTINGS]
    for name in {*settings.packs, *settings.versions}:
        if name not in known and not findings:
            nearest = next(iter(difflib.get_close_matches(name, known, n=1)), ", ".join(known))
            args = (("key", f"packs.{name}"), ("nearest", f"packs.{nearest}"), ("source", "packs"))
            findings.append(Finding(code="settings.unknown-key", value=name, args=args))
    if findings:
        raise Misconfigured(*findings)


def open_shelf(settings: Settings) -> Shelf:
    """Open the packs as they lie on disk; no data folder is needed."""
    from gateway.adapters.pack_folder.shelf import FolderShelf  # noqa: PLC0415 - as needed

    return FolderShelf(schemas_root() / "packs", settings.packs_folder)


def open_clock() -> Clock:
    """Open the machine's clock."""
    return SystemClock()


class _Nowhere:
    """Stands where a tool opened no store, keys or wakeup: asking for one is a finding."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Misconfigured(Finding(code="settings.no-data-folder", args=(("folder", name),)))


def open_offline(settings: Settings | None = None) -> Ports:
    """Open what pre-flight and conversion need: packs, clock and ids; nothing is stored or sent.

    Raises:
        Misconfigured: as :func:`open_packs`.
    """
    nowhere = _Nowhere()
    return Ports(
        store=cast(Store, nowhere),
        wakeup=cast(Wakeup, nowhere),
        couriers={},
        keys=cast(Keys, nowhere),
        packs=open_packs(settings),
        clock=open_clock(),
        ids=SystemIds(),
    )


def open_texts() -> Catalogue:
    """Read ``schemas/lang`` alone: enough to tell an error when nothing else could be opened."""
    from gateway.adapters.pack_folder import read_folder, read_texts, schemas_root  # noqa: PLC0415 - as needed

    folder = schemas_root() / "lang"
    if not folder.is_dir():
        return Catalogue()
    return read_texts({f"lang/{name}": raw for name, raw in read_folder(folder).items()})


@contextmanager
def broker(settings: Settings) -> Iterator[str]:
    """Own the broker while the block runs, and yield its URL.

    Only one program of a data folder may: the one that starts the others. With ``broker.url`` set
    the broker is somebody else's, and there is nothing to own.

    Raises:
        Misconfigured: ``broker.*``.
    """
    if settings.broker.url:
        yield settings.broker.url
        return
    from gateway.adapters.embedded_broker import EmbeddedBroker  # noqa: PLC0415 - as needed

    with EmbeddedBroker(settings.broker_socket.parent) as embedded:
        yield embedded.url


# ------------------------------------------------------------------ setting up


def initialise(
    settings: Settings, at: datetime, *, name: str = "Default", accepts_unsigned: bool = False
) -> Initialised:
    """Make a data folder: settings file, database, seal key, first tenant, operator.

    ``name`` and ``accepts_unsigned`` are the tenant's. What is there already is kept, so an
    interrupted run is simply repeated.

    Raises:
        InConflict: there is an operator already.
        Misconfigured: the folder, the database or the keys cannot be made.
    """
    from gateway.adapters.sql.migration import migrate  # noqa: PLC0415 - as needed
    from gateway.adapters.sql.store import SqlStore  # noqa: PLC0415 - as needed

    _make_folder(settings.data)
    migrate(settings.database_url)
    _first_seal(settings)
    with closing(SqlStore(settings.database_url)) as store:
        ports = _without_packs(store, _keys(settings))
        if store.tenant(DEFAULT_TENANT) is None:
            tenant = Tenant(id=DEFAULT_TENANT, name=name, accepts_unsigned=accepts_unsigned)
            setup.add_tenant(ports, tenant)
        if any("operate" in one.scopes for one in store.principals(DEFAULT_TENANT)):
            raise InConflict(Finding(code="setup.exists", value=str(settings.data)))
        told = f"operator, {at:%Y-%m-%d}"
        operator, key = new_principal(ports, DEFAULT_TENANT, told, OPERATOR_SCOPES)
        return Initialised(operator=operator, key=key)


def _make_folder(folder: Path) -> None:
    file = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        if not file.exists():
            file.write_text(_FIRST_SETTINGS, "utf-8")
    except OSError as error:
        args = (("path", str(error.filename or folder)), ("reason", error.strerror or str(error)))
        raise Misconfigured(Finding(code="cli.file-unwritable", args=args)) from error


def _without_packs(store: Store, keys: Keys) -> Ports:
    """Return what setting up reaches: compiling the packs would only make it slower."""
    return Ports(
        store=store,
        wakeup=_Silence(),
        couriers={},
        keys=keys,
        packs=cast(Packs, _Nowhere()),
        clock=open_clock(),
        ids=SystemIds(),
    )


# ------------------------------------------------------------------ keys


def _first_seal(settings: Settings) -> None:
    from gateway.adapters.keystore import FileKeys, create_seal_key  # noqa: PLC0415 - as needed

    folder = settings.keys_folder
    if not FileKeys(folder).seal_keys():
        create_seal_key(folder)


def rotate_seal(settings: Settings) -> str:
    """Make a new seal key, which seals from now on; return its id. The old ones stay published."""
    from gateway.adapters.keystore import create_seal_key  # noqa: PLC0415 - as needed

    return create_seal_key(settings.keys_folder)


def create_key(
    settings: Settings, name: str, common_name: str, at: datetime, *, days: int = 730
) -> bytes:
    """Make a party's key with a self-signed certificate and return that, DER.

    Raises:
        InConflict: the name is taken.
        Misconfigured: name, common name or days cannot be used.
    """
    from gateway.adapters.keystore import create_party_key  # noqa: PLC0415 - as needed

    folder = settings.keys_folder
    return create_party_key(folder, name, common_name=common_name, days=days, at=at)


def import_key(
    settings: Settings,
    name: str,
    key_pem: bytes,
    certificate_pem: bytes,
    *,
    password: bytes | None = None,
) -> bytes:
    """Take over a party's key with its certificate and return that, DER.

    Raises:
        InConflict: the name is taken.
        Misconfigured: the two are unreadable or do not belong together.
    """
    from gateway.adapters.keystore import import_party_key  # noqa: PLC0415 - as needed

    folder = settings.keys_folder
    return import_party_key(folder, name, key_pem, certificate_pem, password=password)


def read_signer(key_pem: bytes, certificate_pem: bytes, *, name: str = "own") -> Signer:
    """Return a signer of a key that is not the gateway's; ``name`` is what findings call it.

    Raises:
        Misconfigured: the two are unreadable, of a kind we do not use, or do not belong together.
    """
    from gateway.adapters.keystore import signer_from_pem  # noqa: PLC0415 - as needed

    return signer_from_pem(key_pem, certificate_pem, name)


def keep_password(settings: Settings, link: str, password: bytes) -> None:
    """Keep the password with which a link logs in; Misconfigured where it cannot be used."""
    from gateway.adapters import keystore  # noqa: PLC0415 - as needed

    keystore.keep_password(settings.keys_folder, link, password)


def schemas_root() -> Path:
    """Return the folder that ``schemas/`` is in: of the wheel, or of the checkout."""
    from gateway.adapters import pack_folder  # noqa: PLC0415 - as needed

    return pack_folder.schemas_root()
