"""The stage: a data folder of its own, real keys, mandates, links, and what the sandbox is told."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gateway import bootstrap
from gateway.cli.demo.cast import Cast
from gateway.cli.demo.loopback import LOOPBACK, free_ports
from gateway.cli.directory import add_link
from gateway.domain.access_key import SECRET_ALPHABET
from gateway.domain.declaration import Party
from gateway.domain.delivery import Link, LinkKind
from gateway.domain.itinerary import CustomsOffice
from gateway.domain.records import Principal
from gateway.ports import Ports
from gateway.sections import KeySettings
from gateway.settings import Settings, load_settings
from gateway.usecases import setup

BASIS = "demo: the party lets this gateway sign with a key made for this run"
COMMON_NAME_MAX = 64

_SETTINGS = """\
# Made by `fullroute demo`; the folder is an ordinary data folder and may be used like any other.
[http]
port = {port}

[worker]
ticker_seconds = 0.25  # a demonstration has nobody who could wait a second

[delivery]
collect_seconds = 0.1
"""

MIXED = "mixed"
_MIX = {"CN": LinkKind.FOLDER, "VN": LinkKind.REQUEST}
"""What the administrations are known for; everybody else is pushed to."""

USER = "FULLRT01"
PASSWORD_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A data folder that is ready: settings, operator with API key, ports of the programs."""

    settings: Settings
    operator: Principal
    operator_key: str
    port: int
    control_port: int

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self.settings.data

    @property
    def url(self) -> str:
        """The gateway's base URL."""
        return f"http://{LOOPBACK}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actors:
    """Who takes part: the exporter's API key, and the link of each office."""

    exporter_key: str
    links: dict[str, str]


def set_stage(folder: Path) -> Setting:
    """Initialise the data folder; programs can be started on it afterwards."""
    port, control_port = free_ports(2)
    for name in ("parties", "sandbox"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    (folder / "fullroute.toml").write_text(_SETTINGS.format(port=port), "utf-8")
    settings = load_settings(data=folder)
    made = bootstrap.initialise(settings, bootstrap.open_clock().now())
    _secret(folder / "parties" / "operator.api-key", made.key.encode())
    return Setting(
        settings=settings,
        operator=made.operator,
        operator_key=made.key,
        port=port,
        control_port=control_port,
    )


def _secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


# ------------------------------------------------------------------ who takes part


def engage(ports: Ports, setting: Setting, cast: Cast, kind: str) -> Actors:
    """Register exporter, mandates and links; write what the sandbox plays.

    ``kind`` is one for all links, or ``mixed``.
    """
    tenant = setting.operator.tenant
    setup.set_policy(ports, tenant, accepts_unsigned=True)
    exporter_key = _exporter(ports, setting, cast)
    for role, party in cast.signatories:
        _mandate(ports, setting, role, party)
    links = _links(ports, setting, cast, kind)
    return Actors(exporter_key=exporter_key, links=links)


def parties_folder(setting: Setting) -> Settings:
    """Return the settings with the parties' own key folder in the place of the gateway's."""
    return replace(setting.settings, keys=KeySettings(folder=str(setting.folder / "parties")))


def _exporter(ports: Ports, setting: Setting, cast: Cast) -> str:
    """Register the exporter: its key stays with it, the gateway gets the certificate."""
    tenant = setting.operator.tenant
    party = cast.exporter
    if party is not None and party.key:
        at = ports.clock.now()
        der = bootstrap.create_key(parties_folder(setting), "exporter", _common_name(party), at)
        setup.add_certificate(ports, tenant, party.key, der)
    name = party.name if party else "declarant"
    scopes = ("declare", "sign", "report", "read")
    _, key = bootstrap.new_principal(ports, tenant, name, scopes, party=party.key if party else "")
    _secret(setting.folder / "parties" / "exporter.api-key", key.encode())
    return key


def _mandate(ports: Ports, setting: Setting, role: str, party: Party) -> None:
    """Record that the party lets the gateway sign with a key made for it here."""
    if not party.key:
        return
    bootstrap.create_key(setting.settings, role, _common_name(party), ports.clock.now())
    setup.new_mandate(ports, setting.operator.tenant, party.key, role, role, basis=BASIS)


def _common_name(party: Party) -> str:
    return (party.name or party.key)[:COMMON_NAME_MAX]


def _links(ports: Ports, setting: Setting, cast: Cast, kind: str) -> dict[str, str]:
    """Connect one simulated system an office, so that one alone can be unreachable."""
    told: list[dict[str, object]] = []
    names = {}
    for office, port in zip(cast.offices, free_ports(len(cast.offices)), strict=True):
        chosen = _MIX.get(office.administration, LinkKind.PUSH) if kind == MIXED else LinkKind(kind)
        private = Ed25519PrivateKey.generate()
        path = setting.folder / "sandbox" / f"{office.code}.key.pem"
        _secret(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        new = _new_link(setting, office, chosen, port, private)
        made, api_key = add_link(ports, setting.operator.tenant, new)
        names[office.code] = made.id
        told.append(
            {
                "id": made.id,
                "administration": office.administration,
                "kind": chosen.value,
                "port": port,
                "offices": [office.code],
                "key": path.name,
                "api_key": api_key,
                "folder": office.code,
                "user": made.login,
                "password": _password(ports, setting, made) if made.login else "",
            }
        )
    _tell_sandbox(ports, setting, told)
    return names


def _new_link(
    setting: Setting,
    office: CustomsOffice,
    kind: LinkKind,
    port: int,
    private: Ed25519PrivateKey,
) -> setup.NewLink:
    folder = setting.folder / "sandbox" / office.code
    if kind is LinkKind.FOLDER:
        folder.mkdir(mode=0o700)
    address = f"http://{LOOPBACK}:{port}"
    endpoints = {
        LinkKind.PUSH: address,
        LinkKind.FEED: "",
        LinkKind.FOLDER: folder.absolute().as_uri(),
        LinkKind.REQUEST: address,
    }
    sealing = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return setup.NewLink(
        id=office.code.lower(),
        administration=office.administration,
        kind=kind,
        endpoint=endpoints[kind],
        key=sealing if kind in (LinkKind.PUSH, LinkKind.FEED) else b"",
        offices=(office.code,),
        login=USER if kind is LinkKind.REQUEST else "",
    )


def _password(ports: Ports, setting: Setting, link: Link) -> str:
    """Draw a password and give it to both sides."""
    password = ports.ids.draw(SECRET_ALPHABET, PASSWORD_LENGTH)
    bootstrap.keep_password(setting.settings, link.id, password.encode())
    return password


def _tell_sandbox(ports: Ports, setting: Setting, links: list[dict[str, object]]) -> None:
    certificates = [
        f"../keys/{path.name}" for path in sorted(setting.settings.keys_folder.glob("*.cert.pem"))
    ]
    spec = {
        "gateway": setting.url,
        "journal": "journal",
        "control_port": setting.control_port,
        "seed": ports.ids.new("run"),
        "certificates": certificates,
        "links": links,
    }
    text = json.dumps(spec, indent=2)
    _secret(setting.folder / "sandbox" / "spec.json", text.encode())
