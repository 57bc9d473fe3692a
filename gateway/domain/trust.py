"""Who may sign what, and since when: certificates of parties, keys of links, mandates."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Signatory(StrEnum):
    """In whose name a message is signed."""

    GATEWAY = "gateway"
    EXPORTER = "exporter"
    DECLARANT = "declarant"
    BROKER = "broker"
    CARRIER = "carrier"
    IMPORTER = "importer"
    HOLDER = "holder"
    NOBODY = "nobody"  # formats that carry no signature of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCertificate:
    """A registered X.509 certificate of one party (``party`` is ``SCHEME:identifier``).

    ``certificate`` is DER. It counts from ``valid_from`` until ``valid_to`` or ``revoked_at``.
    """

    fingerprint: str
    tenant: str
    party: str
    certificate: bytes
    valid_from: datetime
    valid_to: datetime
    revoked_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        """Tell whether a signature made at ``at`` may rest on this certificate."""
        revoked = self.revoked_at is not None and at >= self.revoked_at
        return self.valid_from <= at <= self.valid_to and not revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A recorded permission to sign in a party's name with a key the gateway holds."""

    id: str
    tenant: str
    party: str
    signatory: Signatory
    key: str
    basis: str
    valid_from: datetime
    valid_to: datetime | None

    def covers(self, party: str, signatory: Signatory, at: datetime) -> bool:
        """Tell whether it allows signing for ``party`` as ``signatory`` at that time.

        Its end is no part of it: who ends it now signs nothing more at this very moment.
        """
        ended = self.valid_to is not None and at >= self.valid_to
        same = self.party == party and self.signatory is signatory
        return same and self.valid_from <= at and not ended


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates and mandates of one tenant as they stood when somebody asked."""

    certificates: tuple[PartyCertificate, ...] = ()
    mandates: tuple[Mandate, ...] = ()

    def mandates_of(self, party: str, signatory: Signatory, at: datetime) -> tuple[Mandate, ...]:
        """Return the mandates under which the gateway may sign, the oldest first."""
        return tuple(m for m in self.mandates if m.covers(party, signatory, at))

    def lapsed(self, certificate: bytes, at: datetime) -> bool:
        """Tell whether a registered certificate (DER) does not count at that time.

        A mandate does not outlive it: what its key signs then nobody could rely on.
        """
        return any(c.certificate == certificate and not c.stands(at) for c in self.certificates)


class Signer(Protocol):
    """One private key with its certificate; the key itself never leaves the driver."""

    @property
    def key(self) -> str:
        """Its name."""
        ...

    @property
    def certificate(self) -> bytes:
        """DER."""
        ...

    @property
    def algorithm(self) -> str:
        """``ecdsa-sha256`` (P-256) or ``rsa-sha256`` (PKCS#1 v1.5, 2048 bits or more)."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Sign SHA-256 of ``content``; ECDSA as the raw r||s of XML signatures (RFC 4050)."""

    def cms(self, content: bytes) -> bytes:
        """Return a detached CMS SignedData (DER) over ``content``."""
