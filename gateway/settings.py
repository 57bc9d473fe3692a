"""Settings: ``fullroute.toml``, overridden by ``FULLROUTE_SECTION__KEY``, overridden by arguments.

Plain dataclasses and ``tomllib``: pydantic-settings costs 0.2 s to import, which every
``fullroute --help`` would pay, and cannot say where a value came from. An unknown key is a finding
that names the nearest known one: a misspelt setting must not pass for the default.
"""

import difflib
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding
from gateway.sections import (
    BrokerSettings,
    DatabaseSettings,
    DeliverySettings,
    HttpSettings,
    IntakeSettings,
    KeySettings,
    WorkerSettings,
)

FILE_NAME = "fullroute.toml"
DATA_DEFAULT = "fullroute-data"
PREFIX = "FULLROUTE_"

CRASH_POINT = f"{PREFIX}CRASH_POINT"
"""Names where a program under test kills itself (:mod:`gateway.adapters.crash_points`)."""

TEST_SWITCH = f"{PREFIX}TESTING"
"""Must be 1 beside it. Nobody sets both by accident; with the first alone no program starts."""

SOCKET_PATH_BYTES_MAX = 103
"""The kernel's limit for the path of a Unix socket: 104 bytes with the last zero on macOS."""

Value = str | int | float | bool

_PASSWORD = re.compile(r"(://[^:@/\s]*|^'?[^:@/\s]*(?=:(?!//))):\S*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One setting for people: dotted key, value with secrets masked, where it came from."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. ``sources`` says by dotted key where a value that is no default came from.

    ``packs`` holds switches by pack id: unverified behaviours that a pack lets one turn off.
    ``versions`` holds by pack id the version of a pack that new movements use, by administration;
    under the empty name that of all its administrations. ``crash_point`` is for tests alone.
    """

    data: Path = Path(DATA_DEFAULT)
    database: DatabaseSettings = field(default=DatabaseSettings())
    broker: BrokerSettings = field(default=BrokerSettings())
    http: HttpSettings = field(default=HttpSettings())
    delivery: DeliverySettings = field(default=DeliverySettings())
    worker: WorkerSettings = field(default=WorkerSettings())
    intake: IntakeSettings = field(default=IntakeSettings())
    keys: KeySettings = field(default=KeySettings())
    packs: Mapping[str, Mapping[str, bool]] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    crash_point: str = ""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database.url or f"sqlite:///{(self.data / 'fullroute.db').absolute()}"

    @property
    def broker_socket(self) -> Path:
        """The Unix socket of the embedded broker, which works in the folder around it.

        Where the data folder lies too deep for a socket, both move to the system's temporary
        folder under a digest of its path: hints are all they hold.
        """
        path = (self.data / "broker" / "valkey.sock").absolute()
        if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
            return path
        name = sha256(os.fsencode(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"fullroute-{name}" / path.name

    @property
    def broker_url(self) -> str:
        """The Celery broker URL in force."""
        return self.broker.url or f"redis+socket://{quote(str(self.broker_socket))}"

    @property
    def packs_folder(self) -> Path:
        """Where packs lie that were not shipped, with the operator's pins."""
        return self.data / "packs"

    @property
    def keys_folder(self) -> Path:
        """Where private keys lie."""
        return Path(self.keys.folder) if self.keys.folder else self.data / "keys"

    def check_folder(self) -> None:
        """See to it that the data folder is one: nobody makes a database in a mistyped place.

        Raises:
            Misconfigured: ``settings.no-data-folder``; ``settings.not-a-data-folder``: neither
                database nor keys are there, and no setting names a database elsewhere.
        """
        known = self.database.url or (self.data / "fullroute.db").exists()
        if self.data.is_dir() and (known or self.keys_folder.exists()):
            return
        code = "settings.not-a-data-folder" if self.data.is_dir() else "settings.no-data-folder"
        folder = str(self.data)
        raise Misconfigured(Finding(code=code, value=folder, args=(("folder", folder),)))

    def show(self) -> tuple[Shown, ...]:
        """Return every setting with its origin, passwords in URLs masked."""
        rows = [Shown(key="data", value=str(self.data), source=self._source("data"))]
        for name, section in _SECTIONS.items():
            values = getattr(self, name)
            for one in fields(section):
                key = f"{name}.{one.name}"
                value = _masked(str(getattr(values, one.name)))
                rows.append(Shown(key=key, value=value, source=self._source(key)))
        for pack, switches in sorted(self.packs.items()):
            for switch, on in sorted(switches.items()):
                key = f"packs.{pack}.{switch}"
                rows.append(Shown(key=key, value=str(on).lower(), source=self._source(key)))
        for pack, versions in sorted(self.versions.items()):
            for administration, version in sorted(versions.items()):
                key = _version_key(pack, administration)
                rows.append(Shown(key=key, value=version, source=self._source(key)))
        return tuple(rows)

    def _source(self, key: str) -> str:
        return self.sources.get(key, "default")


_SECTIONS: Mapping[str, type] = MappingProxyType(
    {one.name: type(one.default) for one in fields(Settings) if is_dataclass(one.default)}
)


def load_settings(
    config: Path | None = None,
    *,
    data: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings in force.

    ``config`` names the file; without it ``fullroute.toml`` in the data folder is read if it is
    there. The data folder is ``data``, else ``FULLROUTE_DATA``, else what the file says (relative
    to the file), else the folder of a file named by ``config``, else ``fullroute-data``.

    Raises:
        Misconfigured: every ``settings.*`` finding at once.
    """
    environment = os.environ if environment is None else environment
    if config is None and environment.get(f"{PREFIX}CONFIG"):
        config = Path(environment[f"{PREFIX}CONFIG"])
    told = data or (
        Path(environment[f"{PREFIX}DATA"]) if environment.get(f"{PREFIX}DATA") else None
    )
    found = config or (told or Path(DATA_DEFAULT)) / FILE_NAME
    document = _read(found) if config is not None or found.is_file() else {}
    reading = _Reading()
    folder = reading.folder(document.pop("data", None), found, explicit=config is not None)
    if told is not None:
        folder = told
        reading.sources["data"] = "argument" if data is not None else f"{PREFIX}DATA"
    reading.document(document, str(found))
    reading.environment(environment)
    if reading.findings:
        raise Misconfigured(*reading.findings)
    return reading.settings(folder)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # no TOML, or TOML beyond all measure
        finding = Finding(
            code="settings.unreadable",
            value=str(path),
            args=(("path", str(path)), ("reason", str(error))),
        )
        raise Misconfigured(finding) from error


class _Reading:
    """Values and findings gathered while files and environment are read."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Value]] = {}
        self.switches: dict[str, dict[str, bool]] = {}
        self.versions: dict[str, dict[str, str]] = {}
        self.sources: dict[str, str] = {}
        self.crash_point = ""
        self.findings: list[Finding] = []

    def folder(self, stated: object, file: Path, *, explicit: bool) -> Path:
        """Return the data folder that the file stands for."""
        if stated is None:
            return file.parent if explicit else Path(file.parent)
        self.sources["data"] = str(file)
        if isinstance(stated, str) and stated:
            return file.parent / stated
        self._refuse("settings.wrong-type", "data", repr(stated), str(file), expected="text")
        return file.parent

    def document(self, document: Mapping[str, object], source: str) -> None:
        """Take in a TOML document."""
        for name, section in document.items():
            if name != "packs" and name not in _SECTIONS:
                self._unknown(name, ("data", "packs", *_SECTIONS), source)
            elif not isinstance(section, Mapping):
                self._refuse("settings.wrong-type", name, repr(section), source, expected="table")
            elif name == "packs":
                self._packs(section, source)
            else:
                for key, value in section.items():
                    self._take(name, key, value, source)

    def _packs(self, packs: Mapping[str, object], source: str) -> None:
        for pack, switches in packs.items():
            if not isinstance(switches, Mapping):
                key = f"packs.{pack}"
                self._refuse("settings.wrong-type", key, repr(switches), source, expected="table")
                continue
            for switch, on in switches.items():
                if switch == "version":
                    self._version(pack, "", on, source)
                elif switch == "versions" and isinstance(on, Mapping):
                    for administration, version in on.items():
                        self._version(pack, str(administration), version, source)
                else:
                    self._switch(pack, switch, on, source)

    def environment(self, environment: Mapping[str, str]) -> None:
        """Take in ``FULLROUTE_SECTION__KEY`` and ``FULLROUTE_PACKS__CN__SWITCH_NAME``."""
        self.crash_point = environment.get(CRASH_POINT, "")
        if self.crash_point and environment.get(TEST_SWITCH) != "1":
            args = (("source", CRASH_POINT), ("switch", TEST_SWITCH))
            finding = Finding(code="settings.crash-point", value=self.crash_point, args=args)
            self.findings.append(finding)
        for name in sorted(environment):
            path = name.removeprefix(PREFIX).lower().split("__")
            if not name.startswith(PREFIX) or len(path) == 1:
                continue  # one word after the prefix is no section's: FULLROUTE_URL and the like
            text = environment[name]
            if path[0] == "packs" and path[2:] == ["version"]:
                self._version(path[1], "", text, name)
            elif path[0] == "packs" and len(path) == 3:  # noqa: PLR2004 - packs, id, switch
                self._switch(path[1], path[2].replace("_", "-"), _boolean(text), name)
            elif path[0] in _SECTIONS and len(path) == 2:  # noqa: PLR2004 - section, key
                self._take(path[0], path[1], text, name)
            else:
                self._unknown(".".join(path), ("packs", *_SECTIONS), name)

    def _switch(self, pack: str, switch: str, on: object, source: str) -> None:
        key = f"packs.{pack}.{switch}"
        if not isinstance(on, bool):
            self._refuse("settings.wrong-type", key, repr(on), source, expected="true or false")
            return
        self.switches.setdefault(pack, {})[switch] = on
        self.sources[key] = source

    def _version(self, pack: str, administration: str, version: object, source: str) -> None:
        key = _version_key(pack, administration)
        if not isinstance(version, str) or not version:
            self._refuse("settings.wrong-type", key, repr(version), source, expected="text")
            return
        self.versions.setdefault(pack, {})[administration] = version
        self.sources[key] = source

    def _take(self, section: str, key: str, value: object, source: str) -> None:
        known = {one.name: one for one in fields(_SECTIONS[section])}
        one = known.get(key)
        if one is None:
            self._unknown(f"{section}.{key}", [f"{section}.{name}" for name in known], source)
            return
        kind = type(one.default)
        read = _as(kind, value, from_text=source.startswith(PREFIX))
        if read is None:
            expected = {str: "text", int: "whole number", float: "number"}[kind]
            self._refuse(
                "settings.wrong-type", f"{section}.{key}", repr(value), source, expected=expected
            )
        elif read and not _of_scheme(read, one.metadata.get("schemes", ())):
            expected = " or ".join(f"{scheme}:// URL" for scheme in one.metadata["schemes"])
            self._refuse(
                "settings.wrong-type", f"{section}.{key}", repr(value), source, expected=expected
            )
        elif "schemes" in one.metadata and not _has_numbers(str(read)):
            told = f"{str(read).partition('://')[0]}://..."  # no more of it: it may hold a password
            expected = "URL whose port and database are numbers"
            self._refuse("settings.wrong-type", f"{section}.{key}", told, source, expected=expected)
        elif not isinstance(read, str) and not (
            one.metadata["least"] <= read <= one.metadata["most"]
        ):
            bounds = f"{one.metadata['least']} to {one.metadata['most']}"
            self._refuse(
                "settings.out-of-range", f"{section}.{key}", str(read), source, expected=bounds
            )
        else:
            self.values.setdefault(section, {})[key] = read
            self.sources[f"{section}.{key}"] = source

    def _unknown(self, key: str, known: tuple[str, ...] | list[str], source: str) -> None:
        everything = [f"{name}.{one.name}" for name in _SECTIONS for one in fields(_SECTIONS[name])]
        near = difflib.get_close_matches(key, [*known, *everything], n=1, cutoff=0.5)
        nearest = near[0] if near else ", ".join(known)
        self.findings.append(
            Finding(
                code="settings.unknown-key",
                pointer=key,
                value=key,
                args=(("key", key), ("nearest", nearest), ("source", source)),
            )
        )

    def _refuse(self, code: str, key: str, value: str, source: str, *, expected: str) -> None:
        args = (("key", key), ("source", source), ("expected", expected))
        self.findings.append(Finding(code=code, pointer=key, value=_masked(value), args=args))

    def settings(self, data: Path) -> Settings:
        """Build the settings; only called when there are no findings."""
        sections = {name: kind(**self.values.get(name, {})) for name, kind in _SECTIONS.items()}
        packs = {pack: MappingProxyType(on) for pack, on in self.switches.items()}
        return Settings(
            data=data,
            packs=MappingProxyType(packs),
            versions=MappingProxyType(
                {pack: MappingProxyType(named) for pack, named in self.versions.items()}
            ),
            sources=MappingProxyType(self.sources),
            crash_point=self.crash_point,
            **sections,
        )


def _version_key(pack: str, administration: str) -> str:
    return f"packs.{pack}.versions.{administration}" if administration else f"packs.{pack}.version"


def _as(kind: type, value: object, *, from_text: bool) -> str | int | float | None:
    """Return ``value`` as ``kind``, or None if it is not one; true and false are no numbers."""
    if isinstance(value, bool):
        return None
    if kind is str:
        return value if isinstance(value, str) else None
    if from_text and isinstance(value, str):
        try:
            return int(value) if kind is int else float(value)
        except ValueError:
            return None
    if kind is int:
        return value if isinstance(value, int) else None
    # By its text: a whole number beyond all doubles is infinite then, so out of range.
    return float(str(value)) if isinstance(value, int | float) else None


def _of_scheme(value: str | float, schemes: tuple[str, ...]) -> bool:
    """Tell whether a URL is of one of the schemes; without schemes anything is."""
    return not schemes or str(value).partition("://")[0] in schemes


def _has_numbers(url: str) -> bool:
    """Tell whether port and database of a broker's URL are numbers; those of a socket are none."""
    try:
        parts = urlsplit(url)
        database = "" if parts.scheme == "redis+socket" else parts.path.strip("/")
        return (parts.port or 0) >= 0 and (not database or database.isdecimal())
    except ValueError:
        return False


def _boolean(text: str) -> bool | str:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)


def _masked(value: str) -> str:
    """Hide the password of whatever looks like a URL."""
    return _PASSWORD.sub(r"\1:***@", value)
