"""Signing on this side: with a key of one's own (PEM), or with one the gateway holds."""

from pathlib import Path

from gateway.bootstrap import open_clock, read_signer
from gateway.cli.desk import Unsigned
from gateway.cli.folder import open_folder
from gateway.domain.errors import Refused
from gateway.domain.finding import Refusal
from gateway.domain.trust import Signer
from gateway.markup import signature


def own_signer(pair: tuple[bytes, bytes]) -> Signer:
    """Return the signer of a PEM key and its PEM certificate."""
    return read_signer(*pair)


def held_signer(name: str, data: Path | None) -> Signer:
    """Return the signer of a key in the gateway's key folder.

    Raises:
        NotFound: there is no such key.
    """
    with open_folder(data) as gateway:
        return gateway.ports.keys.signer(name)


def sign_declaration(raw: bytes, pair: tuple[bytes, bytes]) -> bytes:
    """Sign a declaration in our format with the exporter's own key."""
    return sign_document(raw, own_signer(pair))


def sign_document(raw: bytes, signer: Signer) -> bytes:
    """Sign an XML document.

    Raises:
        Refused: it is no document that can be signed.
    """
    try:
        return signature.sign(raw, signer, open_clock().now())
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def sign_message(unsigned: Unsigned, signer: Signer) -> bytes:
    """Sign exactly the bytes that were handed out, by the suite they ask for."""
    if unsigned.suite == "cms":
        return signer.cms(unsigned.content)
    return sign_document(unsigned.content, signer)
