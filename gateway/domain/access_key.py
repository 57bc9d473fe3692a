"""API keys as text: ``frk_<principal id>_<secret>``; only the secret's digest is ever stored."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal

SECRET_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # noqa: S105 - the alphabet, no secret
SECRET_LENGTH = 40
"""Forty characters of base 62 are 238 bits: a plain SHA-256 needs no salt and no stretching."""

_KEY = re.compile(r"frk_([A-Za-z0-9_-]{1,80})_([0-9A-Za-z]{40})")


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key taken apart."""

    principal: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> "AccessKey":
        """Read a key.

        Raises:
            Refusal: ``access.malformed-key``; the finding never repeats the key.
        """
        found = _KEY.fullmatch(text)
        if found is None:
            raise Refusal(Finding(code="access.malformed-key"))
        return cls(found[1], found[2])

    def __str__(self) -> str:
        return f"frk_{self.principal}_{self.secret}"

    def __repr__(self) -> str:
        return f"AccessKey({self.principal!r}, '…')"  # a secret has no business in a traceback

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the secret: what a principal's record keeps."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()

    def opens(self, secret_digest: str) -> bool:
        """Tell, in constant time, whether the secret is the one recorded."""
        return hmac.compare_digest(self.digest, secret_digest)
