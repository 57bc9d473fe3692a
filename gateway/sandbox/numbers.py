"""Official numbers as a simulated authority gives them: the same for the same subject, always.

A number is drawn from a digest of seed, administration and subject, so a restarted sandbox, a
second office of the same administration and a repeated run all give the same one.
"""

from collections.abc import Iterator
from hashlib import sha256

from gateway.domain.identifiers import REFERENCE_ALPHABET, check_digit

ENTRY_LENGTH = 18
TWELVE = 12
MRN_DRAWN_LENGTH = 12


class Numbers:
    """Numbers of one administration under one seed."""

    def __init__(self, seed: str, administration: str) -> None:
        self._seed = seed
        self._administration = administration

    def entry(self, subject: str, national_office: str, year: int) -> str:
        """Return 18 digits: office (4), year (4), export mark (1), serial (9), as in China."""
        office = "".join(c for c in national_office if c.isdigit())[:4].rjust(4, "0")
        head = f"{office}{year:04d}0"
        return head + self._digits("entry", subject, ENTRY_LENGTH - len(head))

    def twelve_digits(self, subject: str, *, imported: bool) -> str:
        """Return 12 digits; the first is 1 for imports, 5 for anything else, as in VNACCS."""
        return ("1" if imported else "5") + self._digits("twelve", subject, TWELVE - 1)

    def mrn(self, subject: str, country: str, year: int) -> str:
        """Return a movement reference number with its check digit (NCTS rule R0028)."""
        places = self._bytes("mrn", subject)
        drawn = "".join(
            REFERENCE_ALPHABET[next(places) % len(REFERENCE_ALPHABET)]
            for _ in range(MRN_DRAWN_LENGTH)
        )
        body = f"{year % 100:02d}{country}{drawn}J"  # J: a transit movement without safety data
        return body + check_digit(body)

    def _digits(self, kind: str, subject: str, length: int) -> str:
        places = self._bytes(kind, subject)
        return "".join(str(next(places) % 10) for _ in range(length))

    def _bytes(self, kind: str, subject: str) -> Iterator[int]:
        words = f"{self._seed}\n{self._administration}\n{kind}\n{subject}"
        return iter(sha256(words.encode()).digest())
