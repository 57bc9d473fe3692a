"""Who may do what: API keys looked up, scopes checked; below every face.

A caller sends ``Authorization: Bearer frk_<principal id>_<secret>``. Whatever is wrong with a key,
the answer is the same finding and takes the same comparison, so that ids cannot be guessed apart.
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.domain.access_key import AccessKey
from gateway.domain.errors import NotAllowed, NotAuthentic
from gateway.domain.finding import Finding, Refusal
from gateway.domain.records import Principal
from gateway.ports import Ports

MEMORY_SECONDS = 2.0
"""How long a face remembers a key: the longest a revoked one still opens the door."""

MEMORY_SIZE = 4096

_NOBODY = "0" * 64  # compared with when there is no such principal: same work, never equal


class Scope(StrEnum):
    """What a principal may do; every route names the one it needs."""

    DECLARE = "declare"
    SIGN = "sign"
    REPORT = "report"
    READ = "read"
    LINK = "link"
    OPERATE = "operate"
    AUDIT = "audit"
    LANE = "lane"


def bearer(header: str | None) -> AccessKey:
    """Take the key out of an ``Authorization`` header.

    Raises:
        NotAuthentic: ``access.missing-key`` or ``access.wrong-key``.
    """
    if not header:
        raise NotAuthentic(Finding(code="access.missing-key"))
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthentic(Finding(code="access.missing-key"))
    try:
        return AccessKey.parse(text.strip())
    except Refusal as refusal:
        raise NotAuthentic(Finding(code="access.wrong-key")) from refusal


def look_up(ports: Ports, key: AccessKey) -> Principal:
    """Return the principal that key belongs to.

    Raises:
        NotAuthentic: ``access.wrong-key``, also for revoked and unknown ones.
    """
    principal = ports.store.principal(key.principal)
    opens = key.opens(principal.secret_digest if principal else _NOBODY)
    if principal is None or not opens or _revoked(principal, ports.clock.now()):
        raise NotAuthentic(Finding(code="access.wrong-key"))
    return principal


def allowed(principal: Principal, scope: Scope) -> Principal:
    """Return the principal if it has the scope.

    Raises:
        NotAllowed: ``access.scope-missing``.
    """
    if scope.value not in principal.scopes:
        raise NotAllowed(
            Finding(code="access.scope-missing", value=scope.value, args=(("scope", scope.value),))
        )
    return principal


def authenticate(ports: Ports, header: str | None, needed: Scope) -> Principal:
    """Return who sent the header, if they may do what they want to.

    Raises:
        NotAuthentic: no key, or none we know.
        NotAllowed: known, but without the scope.
    """
    return allowed(look_up(ports, bearer(header)), needed)


def _revoked(principal: Principal, at: datetime) -> bool:
    return principal.revoked_at is not None and principal.revoked_at <= at


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: Principal
    until: datetime


class Doorkeeper:
    """Recognises keys seen a moment ago without asking the store; safe between threads."""

    def __init__(self, ports: Ports, memory_seconds: float = MEMORY_SECONDS) -> None:
        self._ports = ports
        self._keep = timedelta(seconds=memory_seconds)
        self._known: dict[bytes, _Remembered] = {}
        self._lock = threading.Lock()

    def remembered(self, header: str | None) -> Principal | None:
        """Return the principal of a header seen a moment ago; never touches the store."""
        found = self._known.get(_mark(header or ""))
        if found is None or found.until <= self._ports.clock.now():
            return None
        return found.principal

    def admit(self, header: str | None) -> Principal:
        """Look a header up and remember it.

        Raises:
            NotAuthentic: no key, or none we know.
        """
        principal = look_up(self._ports, bearer(header))
        until = self._ports.clock.now() + self._keep
        with self._lock:
            if len(self._known) >= MEMORY_SIZE:
                self._known.clear()
            self._known[_mark(header or "")] = _Remembered(principal, until)
        return principal


def _mark(header: str) -> bytes:
    return hashlib.sha256(header.encode("utf-8", "surrogateescape")).digest()
