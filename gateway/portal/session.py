"""Who looks at a page: a session cookie that nobody else can make.

The cookie names a principal and a time, sealed with the gateway's own key, so every process of a
gateway honours it and none keeps a list. The API key itself is never in it; a key that is revoked
ends its sessions at once, because the principal is looked up for every page. A new seal key ends
them all: old ones verify what was sealed by them, and let nobody in.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway import access
from gateway.domain.access_key import SECRET_ALPHABET
from gateway.domain.records import Principal
from gateway.ports import Ports

COOKIE = "fullroute-session"
HOURS = 8

_PURPOSE = b"fullroute-portal-session-v1\n"
"""Nothing else that is sealed begins like this, so no other seal can be passed off as a session."""

_TOKEN_LENGTH = 32
_COOKIE_LENGTH_MAX = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A principal at a page; ``token`` stands in every form of theirs."""

    principal: Principal
    token: str


def log_in(ports: Ports, key: str) -> tuple[Session, str]:
    """Return a new session and its cookie for an API key.

    Raises:
        NotAuthentic: no key, or none we know.
    """
    principal = access.look_up(ports, access.bearer(f"Bearer {key.strip()}" if key else None))
    token = ports.ids.draw(SECRET_ALPHABET, _TOKEN_LENGTH)
    until = ports.clock.now() + timedelta(hours=HOURS)
    content = json.dumps({"p": principal.id, "t": token, "u": until.timestamp()}).encode()
    seal = ports.keys.seal(_PURPOSE + content)
    cookie = f"{_spelled(content)}.{_spelled(seal.encode())}"
    return Session(principal=principal, token=token), cookie


def recognise(ports: Ports, cookie: str) -> Session | None:
    """Return the session of a cookie; None for one that is forged, stale or revoked."""
    if not cookie or len(cookie) > _COOKIE_LENGTH_MAX:
        return None
    first, _, second = cookie.partition(".")
    try:
        content, seal = _read(first), _read(second).decode()
        key, _, signature = seal.partition(":")
        newest, public = next(iter(ports.keys.seal_keys().items()), ("", b""))
        if key != newest:  # rotated: whoever has an old key could make a cookie of anybody
            return None
        seen = Ed25519PublicKey.from_public_bytes(public)
        seen.verify(base64.b64decode(signature), _PURPOSE + content)
        told = json.loads(content)
    except (InvalidSignature, binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return _living(ports, str(told["p"]), str(told["t"]), float(told["u"]))


def _living(ports: Ports, principal_id: str, token: str, until: float) -> Session | None:
    now = ports.clock.now()
    principal = ports.store.principal(principal_id)
    if principal is None or now >= datetime.fromtimestamp(until, UTC):
        return None
    if principal.revoked_at is not None and principal.revoked_at <= now:
        return None
    return Session(principal=principal, token=token)


def same_token(session: Session, token: object) -> bool:
    """Tell whether a form was made by one of this session's pages."""
    return isinstance(token, str) and compare_digest(session.token.encode(), token.encode())


def _spelled(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def _read(text: str) -> bytes:
    return base64.b64decode(text.encode(), altchars=b"-_", validate=True)
