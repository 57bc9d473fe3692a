"""Keys and settings of the data folder, behind the commands of :mod:`gateway.cli.keyring`."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway import bootstrap
from gateway.bootstrap import Gateway
from gateway.cli.folder import open_folder, operator
from gateway.cli.output import Shown, shown
from gateway.domain.act import check_reason
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding
from gateway.domain.records import Principal
from gateway.markup.certificate import read_certificate
from gateway.ports import Keys, Ports
from gateway.usecases import setup

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


def create_key(data: Path | None, name: str, reason: str, *, common_name: str, days: int) -> Shape:
    """Make a party key in the key folder of a data folder; the log tells of it."""
    with _key_room(data, reason, name) as (gateway, caller):
        at = gateway.ports.clock.now()
        der = bootstrap.create_key(gateway.settings, name, common_name, at, days=days)
        return _noted(gateway.ports, caller, "create-key", name, der, reason)


def import_key(data: Path | None, name: str, reason: str, key: bytes, certificate: bytes) -> Shape:
    """Take over a party key with its certificate; the log tells of it."""
    with _key_room(data, reason, name) as (gateway, caller):
        der = bootstrap.import_key(gateway.settings, name, key, certificate)
        return _noted(gateway.ports, caller, "import-key", name, der, reason)


def rotate_seal(data: Path | None, reason: str) -> str:
    """Make a new seal key and return its id; the log tells of it.

    Raises:
        Refused: ``act.no-reason``.
    """
    check_reason(reason, "rotate-seal")
    with _key_room(data, reason, "rotate-seal") as (gateway, caller):
        made = bootstrap.rotate_seal(gateway.settings)
        public = sha256(gateway.ports.keys.seal_keys()[made]).hexdigest()
        facts = {"seal": made, "public_key": public, "reason": reason}
        setup.note_key(gateway.ports, caller, "rotate-seal", facts)
        return made


@contextmanager
def _key_room(data: Path | None, reason: str, value: str) -> Iterator[tuple[Gateway, Principal]]:
    """Open the folder for somebody who may change its keys: nothing is made that none answers for.

    Raises:
        Misconfigured: the folder cannot be opened, or there is no operator.
        Refused: ``act.no-reason``: a reason was given that is none.
    """
    if reason:
        check_reason(reason, value)
    with open_folder(data) as gateway:
        yield gateway, operator(gateway.ports)


def _noted(ports: Ports, caller: Principal, act: str, name: str, der: bytes, reason: str) -> Shape:
    told = _certificate(der)
    facts = {"key": name, "certificate": told["certificate"], "reason": reason}
    setup.note_key(ports, caller, act, facts)
    return {"name": name, **told}


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
