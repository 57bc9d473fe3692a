"""What the pages say, in the reader's language (``schemas/lang/pages.*.toml``)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.finding import LANGUAGES

Labels = Mapping[str, Mapping[str, str]]
"""Texts by language and key."""

NAMES = {"zh": "中文", "vi": "Tiếng Việt", "en": "English"}
"""Languages as their own readers call them."""


@dataclass(frozen=True, slots=True)
class Words:
    """The labels of one language; what has none is shown as it is."""

    language: str
    labels: Mapping[str, str]

    def __call__(self, key: str, **places: object) -> str:
        """Say ``key``, with its places filled."""
        return self.labels[key].format(**places)

    def named(self, area: str, word: str) -> str:
        """Say a word of a closed set (``state.released``), or the word itself."""
        return self.labels.get(f"{area}.{word}", word)


def read_labels(folder: Path) -> Labels:
    """Return the labels of ``pages.*.toml``, which a release always has."""
    return {
        language: tomllib.loads((folder / f"pages.{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    }


def words_of(labels: Labels, language: str) -> Words:
    """Return the words of a language."""
    return Words(language, labels[language])
