"""Registration plates and other marks as cameras read them: how a read and a mark may differ.

Two forms of a mark matter. Its *key* is what it says: letters and digits, upper case, full-width
forms made plain. Its *fold* is what a camera cannot tell apart: every character stands for its
class of confusable ones, and signs outside the Latin alphabet (a Chinese province, the sign of a
trailer) are left out, because they are the first to be lost. A read and a mark of one fold are the
same or misreads of each other; of different folds they are different marks.

    >>> looks = Confusions(("0ODQ", "8B"))
    >>> looks.misreads("a8d217", "桂AB0217")
    3
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

REMEMBERED = 8192
"""Marks whose forms are kept: one passage holds the same few against every candidate."""


@lru_cache(maxsize=REMEMBERED)
def plate_key(text: str) -> str:
    """Reduce a mark to letters and digits: ``15C-123.45`` and ``15c 12345`` are ``15C12345``."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in plain if character.isalnum())


@dataclass(frozen=True, slots=True)
class Confusions:
    """Classes of characters that cameras take for each other; one character is in one class only.

    ``version`` names the classes: folds of different versions are not to be compared.
    """

    classes: tuple[str, ...]
    _first: Mapping[int, str] = field(init=False, repr=False, compare=False)
    version: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out which character stands for which."""
        first = {ord(one): members[0] for members in self.classes for one in members}
        told = "\n".join(sorted("".join(sorted(members)) for members in self.classes))
        object.__setattr__(self, "_first", first)
        object.__setattr__(self, "version", sha256(told.encode()).hexdigest()[:8])

    def fold(self, text: str) -> str:
        """Return what is left of a mark when confusable characters are one."""
        return _latin(plate_key(text)).translate(self._first)

    def misreads(self, read: str, mark: str) -> int | None:
        """Return by how many characters a read misses a mark; None where it is another mark.

        A province or trailer sign that is lost, or read as another, counts as one.
        """
        one, other = plate_key(read), plate_key(mark)
        if one == other:
            return 0
        folded = self.fold(one)
        if not folded or folded != self.fold(other):
            return None
        differing = zip(_latin(one), _latin(other), strict=True)
        signs = zip(_signs(one), _signs(other), strict=True)
        return sum(a != b for a, b in differing) + sum(a != b for a, b in signs)

    def keys(self, marks: Iterable[str]) -> tuple[str, ...]:
        """Return the words by which marks are looked up, each once: version and fold."""
        folds = (self.fold(mark) for mark in marks)
        return tuple(dict.fromkeys(f"{self.version}:{fold}" for fold in folds if fold))


def _is_latin(character: str) -> bool:
    return character.isdecimal() or "LATIN" in unicodedata.name(character, "")


@lru_cache(maxsize=REMEMBERED)
def _latin(key: str) -> str:
    return key if key.isascii() else "".join(one for one in key if _is_latin(one))


@lru_cache(maxsize=REMEMBERED)
def _signs(key: str) -> tuple[str, str]:
    """Return the signs before the first Latin one, and those behind it."""
    first = next((place for place, one in enumerate(key) if _is_latin(one)), len(key))
    return key[:first], "".join(one for one in key[first:] if not _is_latin(one))
