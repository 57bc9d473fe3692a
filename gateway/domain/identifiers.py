"""Reference numbers and their check characters.

Our *movement reference* has the shape of a movement reference number (MRN): two digits of the year,
two letters, thirteen alphanumerics and a check digit (NCTS rule R0028: the sum of ISO 6346).
"""

import re
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal

REFERENCE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters drawn for new references: no I and no O, which people misread."""

REFERENCE_RANDOM_LENGTH = 12

_MRN = re.compile(r"[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9]")
_LRN = re.compile(r"[A-Za-z0-9/._-]([A-Za-z0-9/._ -]{0,20}[A-Za-z0-9/._-])?")
_OFFICE = re.compile(r"[A-Z]{2}[A-Z0-9]{6}")


def _iso6346_value(character: str) -> int:
    if character.isdigit():
        return int(character)
    number = ord(character) - ord("A") + 10
    return number + (number - 1) // 10  # the values skip multiples of eleven (ISO 6346, annex A)


def check_digit(body: str) -> str:
    """Return the ISO 6346 check digit of ``body`` (digits and capital letters)."""
    total = sum(_iso6346_value(character) << place for place, character in enumerate(body))
    return str(total % 11 % 10)


@dataclass(frozen=True, slots=True)
class MovementReference:
    """Eighteen characters that people print, read out and type: ``26CN4F7K...J3``."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "MovementReference":
        """Accept only a well-formed reference with the right check digit."""
        if not _MRN.fullmatch(text) or check_digit(text[:17]) != text[17]:
            raise Refusal(Finding(code="reference.malformed", value=text))
        return cls(text)

    @classmethod
    def make(cls, year: int, country: str, random: str) -> "MovementReference":
        """Build a reference from ``random``: twelve characters of ``REFERENCE_ALPHABET``."""
        body = f"{year % 100:02d}{country}{random}J"
        return cls(body + check_digit(body))

    def __str__(self) -> str:
        return self.value


def is_lrn(text: str) -> bool:
    """Tell whether ``text`` can be a local reference number (an..22, blanks only inside)."""
    return _LRN.fullmatch(text) is not None


def is_office_code(text: str) -> bool:
    """Tell whether ``text`` has the form of an office reference: two letters, six characters."""
    return _OFFICE.fullmatch(text) is not None
