"""Findings: one shape for everything that is wrong, wherever it was seen.

A finding carries a code and its arguments, never a sentence: the sentence and its remedy stand in
``schemas/lang`` (gateway codes) or in a pack's rules, in zh, vi and en, and are chosen by the face
that shows the finding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VALUE_LENGTH_MAX = 120
"""Characters of an offending value that a finding repeats."""

LANGUAGES = ("en", "zh", "vi")


class Severity(StrEnum):
    """What a finding does: fatal stops the pipeline, errors refuse, the rest accompany."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a sender can mend.

    ``pointer`` is spelled ``/Declaration/Consignment/GoodsItem[2]/Description``; ``line`` counts
    from 1; ``cell`` is spelled ``Items!C7``, where the input was a workbook; ``source`` is
    ``gateway@version`` or ``pack@version``; ``args`` fill the text.
    """

    code: str
    severity: Severity = Severity.ERROR
    pointer: str = ""
    line: int | None = None
    cell: str = ""
    value: str = ""
    offices: tuple[str, ...] = ()
    source: str = ""
    args: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Cut the repeated value: a finding is no way to get a megabyte back."""
        if len(self.value) > VALUE_LENGTH_MAX:
            object.__setattr__(self, "value", self.value[: VALUE_LENGTH_MAX - 1] + "…")

    @property
    def refuses(self) -> bool:
        """Whether this finding alone stops acceptance."""
        return self.severity in (Severity.FATAL, Severity.ERROR)


def refused(findings: Iterable[Finding]) -> bool:
    """Tell whether any of the findings stops acceptance."""
    return any(finding.refuses for finding in findings)


class Refusal(Exception):
    """A pipeline step cannot go on; only ``intake`` and the use cases catch it."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Text:
    """One code's sentence and remedy in one language; both may hold ``{placeholders}``."""

    message: str
    fix: str


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts by language and code: those of ``schemas/lang`` and of every loaded pack."""

    texts: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)

    def text(self, finding: Finding, language: str) -> Text:
        """Say the finding in ``language``; English, then the bare code, stand in for a gap."""
        found = self.texts.get(language, {}).get(finding.code) or self.texts.get("en", {}).get(
            finding.code
        )
        if found is None:
            return Text(finding.code, "")
        words = _Blank(
            finding.args,
            value=finding.value,
            pointer=finding.pointer,
            line=str(finding.line or ""),
            cell=finding.cell,
        )
        return Text(found.message.format_map(words), found.fix.format_map(words))

    def merged(self, other: "Catalogue") -> "Catalogue":
        """Return a catalogue holding both; ``other`` wins where both speak."""
        languages = {*self.texts, *other.texts}
        return Catalogue(
            {
                name: {**self.texts.get(name, {}), **other.texts.get(name, {})}
                for name in sorted(languages)
            }
        )
