"""What a simulated customs system is told: the JSON file given with ``--spec``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from gateway.audit.exchange import from_base64
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """One link to play. ``key`` seals its receipts and answers.

    ``port`` counts for push and request-response, ``folder`` for folder; ``user`` and ``password``
    are who may log in to request-response.
    """

    id: str
    administration: str
    kind: LinkKind
    port: int
    offices: tuple[str, ...]
    key: Ed25519PrivateKey
    api_key: str
    folder: Path = Path()
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSpec:
    """Everything one sandbox process plays.

    ``gateway`` is its base URL; ``gateway_keys`` are known seal keys (others are asked for);
    ``certificates`` are DER of the signatories whose messages are believed: without any, the
    signature must hold for the certificate it carries. ``seed`` makes official numbers repeatable.
    """

    gateway: str
    journal: Path
    control_port: int
    seed: str
    gateway_keys: Mapping[str, bytes]
    certificates: tuple[bytes, ...]
    links: tuple[LinkSpec, ...]


def read_spec(path: Path) -> SandboxSpec:
    """Read the file; names of keys and certificates in it are relative to it.

    Raises:
        Misconfigured: ``sandbox.spec``.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        return SandboxSpec(
            gateway=document["gateway"].rstrip("/"),
            journal=path.parent / document["journal"],
            control_port=int(document.get("control_port", 0)),
            seed=str(document.get("seed", "fullroute")),
            gateway_keys={
                name: from_base64(text, "gateway_keys")
                for name, text in document.get("gateway_keys", {}).items()
            },
            certificates=tuple(
                _certificate(path.parent / name) for name in document.get("certificates", ())
            ),
            links=tuple(_link(one, path.parent) for one in document["links"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Refusal) as error:
        finding = Finding(
            code="sandbox.spec",
            value=str(path),
            args=(("path", str(path)), ("reason", f"{type(error).__name__}: {error}")),
        )
        raise Misconfigured(finding) from error


def _link(one: Mapping[str, object], folder: Path) -> LinkSpec:
    offices = one["offices"]
    if not isinstance(offices, list):
        raise TypeError("offices")
    return LinkSpec(
        id=str(one["id"]),
        administration=str(one["administration"]),
        kind=LinkKind(str(one["kind"])),
        port=int(str(one.get("port", 0))),
        offices=tuple(str(office) for office in offices),
        key=_private_key(folder / str(one["key"])),
        api_key=str(one["api_key"]),
        folder=folder / str(one.get("folder", "")),
        user=str(one.get("user", "")),
        password=str(one.get("password", "")),
    )


def _private_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def _certificate(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
