"""Receipts as a customs system writes them: for ``fullroute feed ack``."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.audit.exchange import Receipt, make_receipt, to_base64
from gateway.bootstrap import open_clock
from gateway.domain.errors import Refused
from gateway.domain.finding import Finding


def receipts_for(
    items: Iterable[Mapping[str, Any]], link: str, key_pem: bytes
) -> list[dict[str, str]]:
    """Write and seal one receipt a feed item, after checking its digest.

    Raises:
        Refused: the key is no Ed25519 key, or a message is not what its envelope says.
    """
    key = _private_key(key_pem)
    return [_receipt(item, link, key) for item in items]


def _private_key(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise Refused(Finding(code="link.key-unreadable")) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(Finding(code="link.key-unreadable"))
    return key


def _receipt(item: Mapping[str, Any], link: str, key: Ed25519PrivateKey) -> dict[str, str]:
    envelope = json.loads(base64.b64decode(item["envelope"]))
    digest = hashlib.sha256(base64.b64decode(item["content"])).hexdigest()
    if digest != envelope["digest"]:
        raise Refused(Finding(code="cli.feed-digest", value=envelope["id"]))
    receipt = make_receipt(
        Receipt(
            message=envelope["id"],
            digest=digest,
            link=link,
            office=envelope["office"],
            received=open_clock().now(),
        )
    )
    seal = f"{link}:{to_base64(key.sign(receipt))}"
    return {"receipt": to_base64(receipt), "seal": seal}
