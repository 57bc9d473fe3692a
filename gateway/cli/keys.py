"""Keys and settings of the data folder, behind the commands of :mod:`gateway.cli.keyring`."""

import base64
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway import bootstrap
from gateway.cli.folder import open_folder
from gateway.cli.output import Shown, shown
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding
from gateway.markup.certificate import read_certificate
from gateway.ports import Keys

Shape = dict[str, Any]


def seal_keys(keys: Keys) -> list[Shape]:
    """Return the public seal keys, newest first."""
    return [
        {"id": name, "algorithm": "Ed25519", "public_key": base64.b64encode(raw).decode()}
        for name, raw in keys.seal_keys().items()
    ]


def party_keys(keys: Keys) -> list[Shape]:
    """Return the party keys with their certificates."""
    return [_party_key(keys, name) for name in keys.names()]


def _party_key(keys: Keys, name: str) -> Shape:
    signer = keys.signer(name)
    return {"name": name, "algorithm": signer.algorithm, **_certificate(signer.certificate)}


def _certificate(der: bytes) -> Shape:
    read = read_certificate(der)
    return {
        "subject": read.subject,
        "valid_from": read.valid_from.isoformat(),
        "valid_to": read.valid_to.isoformat(),
        "certificate": sha256(der).hexdigest(),
    }


def create_key(data: Path | None, name: str, *, common_name: str, days: int) -> Shape:
    """Make a party key in the key folder of a data folder."""
    with open_folder(data) as gateway:
        at = gateway.ports.clock.now()
        der = bootstrap.create_key(gateway.settings, name, common_name, at, days=days)
    return {"name": name, **_certificate(der)}


def import_key(data: Path | None, name: str, key: bytes, certificate: bytes) -> Shape:
    """Take over a party key with its certificate."""
    with open_folder(data) as gateway:
        der = bootstrap.import_key(gateway.settings, name, key, certificate)
    return {"name": name, **_certificate(der)}


def rotate_seal(data: Path | None) -> str:
    """Make a new seal key and return its id."""
    with open_folder(data) as gateway:
        return bootstrap.rotate_seal(gateway.settings)


def check_folder(data: Path | None, lang: str) -> list[Shown]:
    """Open everything a running gateway needs; return what does not fit."""
    findings: tuple[Finding, ...] = ()
    try:
        with open_folder(data) as gateway:
            party_keys(gateway.ports.keys)
            with gateway.ports.packs.slot() as packs:
                findings = packs.findings
    except Misconfigured as error:
        findings = error.findings
    texts = bootstrap.open_texts()
    return [shown(finding, texts, lang) for finding in findings]
