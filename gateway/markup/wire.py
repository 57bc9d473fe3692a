"""``multipart/signed`` with a detached CMS signature (RFC 8551), byte for byte reproducible.

The boundary is taken from the digest of the content, so the same content and signature always make
the same bytes. The CMS signs the content exactly as given, without MIME headers or changed line
ends: what office and auditor check is what the projection wrote.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import cms as cms_of

_EOL = b"\r\n"
_BOUNDARY = re.compile(rb"--(fullroute-[0-9a-f]{32})\r\n")
_LINE = 76
_BOUNDARIES = 3  # before each part and behind the last
_HEADER_BYTES_MAX = 1000


def _boundary(content: bytes) -> bytes:
    """Return the boundary; it cannot occur in the content, which would have to hold its digest."""
    return b"fullroute-" + sha256(content).hexdigest()[:32].encode("ascii")


def multipart_signed(content: bytes, cms: bytes, media_type: str) -> bytes:
    """Return the body: the content as it is, then the CMS (DER) in base64."""
    boundary = _boundary(content)
    encoded = b64encode(cms)
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    parts = [
        b"--" + boundary,
        b"Content-Type: " + media_type.encode("ascii"),
        b"Content-Transfer-Encoding: binary",
        b"",
        content,
        b"--" + boundary,
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        b"Content-Transfer-Encoding: base64",
        b'Content-Disposition: attachment; filename="smime.p7s"',
        b"",
        *lines,
        b"--" + boundary + b"--",
        b"",
    ]
    return _EOL.join(parts)


def media_type(wire: bytes) -> str:
    """Return the ``Content-Type`` of a body made by :func:`multipart_signed`.

    Raises:
        Refusal: ``wire.malformed``.
    """
    boundary = _opening(wire).decode("ascii")
    return (
        'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; '
        f'boundary="{boundary}"'
    )


def split_signed(wire: bytes) -> tuple[bytes, bytes]:
    """Return content and CMS (DER) of a body of this shape.

    Raises:
        Refusal: ``wire.malformed``.
    """
    boundary = _opening(wire)
    opening, closing = b"--" + boundary + _EOL, b"--" + boundary + b"--" + _EOL
    middle = _EOL + opening
    if not wire.endswith(closing) or wire.count(b"--" + boundary) != _BOUNDARIES:
        raise _malformed("boundary")
    first, _, second = wire[len(opening) : -len(closing)].partition(middle)
    content = _body(first)
    if _boundary(content) != boundary:
        raise _malformed("boundary")
    try:
        return content, b64decode(b"".join(_body(second).split(_EOL)), validate=True)
    except ValueError:
        raise _malformed("base64") from None


def _opening(wire: bytes) -> bytes:
    found = _BOUNDARY.match(wire)
    if found is None:
        raise _malformed("boundary")
    return found.group(1)


def _body(part: bytes) -> bytes:
    headers, blank, body = part.partition(_EOL + _EOL)
    if not blank or len(headers) > _HEADER_BYTES_MAX:
        raise _malformed("headers")
    return body


def _malformed(what: str) -> Refusal:
    return Refusal(Finding(code="wire.malformed", severity=Severity.FATAL, value=what))


def verify_cms(content: bytes, cms: bytes, certificates: Sequence[bytes]) -> bytes:
    """Verify a detached CMS over ``content``; return the registered certificate (DER) it rests on.

    Raises:
        Refusal: ``signature.*``.
    """
    return cms_of.verify(content, cms, certificates)
