"""Answers: an office's native bytes, told in our words.

``answers/*.toml`` say by root element (XML) or output code (fixed fields), and an optional XPath
test, which answer it is; further XPaths read the message it quotes, numbers, facts and time. The
first entry that fits wins, in the order of file names and of the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from lxml import etree

from gateway.domain.calendar_ends import tellable
from gateway.domain.event import EventKind
from gateway.domain.finding import Finding, Refusal, Severity
from gateway.domain.message import Answer, AnswerKind, OfficeFinding
from gateway.domain.procedure import ProcedureState
from gateway.markup.tree import PREFIXES, Element
from gateway.packs import tables
from gateway.packs.functions import FUNCTIONS_NAMESPACE, READING

_NOTHING = etree.Element("nothing")
_THOUSANDTHS = 17
_FORMS = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S", 17: "%Y%m%d%H%M%S%f"}
"""Digits of a local time, to its form: hours, minutes, seconds, thousandths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsSpec:
    """How an answer says what is wrong: ``each`` selects, the others are read from each.

    ``pointer`` is an XPath of the office's own message or the name of a field of it.
    """

    each: str
    code: str = ""
    pointer: str = ""
    value: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSpec:
    """One ``[[answer]]``. ``root`` (``{namespace}Name``) or ``output``; the rest are XPaths.

    ``also`` are other output codes that say the same. Where ``about`` is empty it answers whatever
    message it quotes, and an empty ``procedure`` is that message's. ``run`` names the vehicle or
    train that it speaks of, by batch number or plate: it is then said of every movement aboard.
    """

    type: str
    kind: AnswerKind
    about: str
    procedure: str = ""
    root: str = ""
    output: str = ""
    also: tuple[str, ...] = ()
    when: str = ""
    correlation: str = ""
    office: str = ""
    run: str = ""
    procedure_state: str = ""
    event: str = ""
    occurred_at: str = ""
    numbers: tables.PAIRS = ()
    facts: tables.PAIRS = ()
    findings: FindingsSpec | None = None
    status: str = ""
    source: str = ""
    text: str = ""


_FINDINGS_MAX = 100
_TEXT_MAX = 300
_PARTS = ("code", "pointer", "value", "text")


@dataclass(frozen=True, slots=True)
class _Remarks:
    """The paths of a :class:`FindingsSpec`, compiled."""

    each: etree.XPath
    parts: tuple[tuple[str, etree.XPath], ...]

    def read(self, tree: "_Tree") -> tuple[OfficeFinding, ...]:
        """Return what the office finds wrong, at most a hundred things."""
        nodes = self.each(tree)
        found = nodes[:_FINDINGS_MAX] if isinstance(nodes, list) else []
        told = ({name: str(path(one)).strip() for name, path in self.parts} for one in found)
        return tuple(
            OfficeFinding(
                code=one["code"],
                pointer=one["pointer"],
                value=one["value"],
                text=one["text"][:_TEXT_MAX],
            )
            for one in told
            if any(one.values())
        )


@dataclass(frozen=True, slots=True)
class _Mapping:
    """One answer with its paths compiled; values come out as strings."""

    spec: AnswerSpec
    when: etree.XPath | None
    correlation: etree.XPath | None
    office: etree.XPath | None
    run: etree.XPath | None
    occurred_at: etree.XPath | None
    numbers: tuple[tuple[str, etree.XPath], ...]
    facts: tuple[tuple[str, etree.XPath], ...]
    findings: _Remarks | None

    def fits(self, root: Element, output: str) -> bool:
        """Tell whether ``root`` is this answer."""
        spec = self.spec
        same = output in (spec.output, *spec.also) if output else spec.root == root.tag
        return same and (self.when is None or bool(self.when(root.getroottree())))


@dataclass(frozen=True, slots=True)
class _AnswerFile:
    namespaces: tables.PAIRS = ()
    answer: tuple[AnswerSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers a pack understands. ``zone`` is where times without an offset are local."""

    zone: str
    mappings: tuple[_Mapping, ...] = ()

    @property
    def specs(self) -> tuple[AnswerSpec, ...]:
        """The entries as written."""
        return tuple(mapping.spec for mapping in self.mappings)

    def read(self, root: Element, output: str = "") -> Answer:
        """Return the answer; ``output`` is the output code of a fixed-field message.

        Raises:
            Refusal: ``answer.unknown``, ``answer.time-malformed``; ``pack.xpath-broken`` where a
                path of the pack cannot be evaluated on this answer.
        """
        try:
            mapping = next((one for one in self.mappings if one.fits(root, output)), None)
            if mapping is None:
                raise _refusal("answer.unknown", output or etree.QName(root).localname)
            return self._told(mapping, root)
        except etree.XPathError as error:
            reason = str(error)
            raise tables.refusal("pack.xpath-broken", "answers", path="-", reason=reason) from None

    def _told(self, mapping: _Mapping, root: Element) -> Answer:
        tree, spec = root.getroottree(), mapping.spec
        return Answer(
            type=spec.type,
            kind=spec.kind,
            about=spec.about,
            procedure=spec.procedure,
            correlation=_read(mapping.correlation, tree),
            office=_read(mapping.office, tree),
            run=_read(mapping.run, tree),
            numbers=_filled(mapping.numbers, tree),
            procedure_state=spec.procedure_state,
            event=spec.event,
            facts=_filled(mapping.facts, tree),
            occurred_at=_moment(_read(mapping.occurred_at, tree), self.zone),
            findings=mapping.findings.read(tree) if mapping.findings else (),
        )


def _refusal(code: str, value: str) -> Refusal:
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=value))


_Tree: TypeAlias = "etree._ElementTree[Element]"  # noqa: SLF001 - has no public name


def _read(path: etree.XPath | None, tree: _Tree) -> str:
    return "" if path is None else str(path(tree)).strip()


def _filled(paths: tuple[tuple[str, etree.XPath], ...], tree: _Tree) -> tuple[tuple[str, str], ...]:
    found = ((key, _read(path, tree)) for key, path in paths)
    return tuple((key, text) for key, text in found if text)


def _moment(text: str, zone: str) -> datetime | None:
    """Return aware UTC: ISO 8601, or a run of digits in the office's local time."""
    if not text:
        return None
    try:
        if text.isascii() and text.isdigit():
            digits = text.ljust(20, "0") if len(text) == _THOUSANDTHS else text
            when = datetime.strptime(digits, _FORMS[len(text)])  # noqa: DTZ007 - local, see below
        else:
            when = datetime.fromisoformat(text)
        local = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))
        moment = local.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        raise _refusal("answer.time-malformed", text) from None
    if not tellable(moment):
        raise _refusal("answer.time-malformed", text)
    return moment


def compile_answers(
    files: Mapping[str, bytes],
    zone: str,
    procedures: Sequence[str],
    messages: Sequence[str],
) -> Answers:
    """Compile every file of ``answers/``; names must be the pack's own.

    Raises:
        Refusal: ``pack.*``.
    """
    mappings: list[_Mapping] = []
    for file in sorted(p for p in files if p.startswith("answers/") and p.endswith(".toml")):
        content = _read_file(files[file], file)
        paths = _Paths({**PREFIXES, "fr": FUNCTIONS_NAMESPACE, **dict(content.namespaces)}, file)
        for spec in content.answer:
            _check(spec, file, procedures, messages)
            mappings.append(_compiled(spec, paths))
    return Answers(zone, tuple(mappings))


@lru_cache(maxsize=64)
def _read_file(raw: bytes, file: str) -> _AnswerFile:
    """Read one file, once for all slots."""
    return tables.read(_AnswerFile, tables.load(raw, file), file)


def _check(spec: AnswerSpec, file: str, procedures: Sequence[str], messages: Sequence[str]) -> None:
    where = f"answer {spec.type}"
    if bool(spec.root) == bool(spec.output):
        raise tables.refusal("pack.root-or-output", file, key=where)
    words = (
        ("procedure", spec.procedure, procedures if spec.about else [*procedures, ""]),
        ("about", spec.about, [*messages, ""]),
        ("procedure_state", spec.procedure_state, [*ProcedureState, ""]),
        ("event", spec.event, [*EventKind, ""]),
    )
    for key, word, known in words:
        if word not in known:
            raise tables.refusal("pack.unknown-reference", file, key=f"{where}: {key}", word=word)


class _Paths:
    """The XPaths of one file, each compiled once: answers of an office read the same places."""

    def __init__(self, prefixes: Mapping[str, str], file: str) -> None:
        self._prefixes = prefixes
        self._file = file
        self._known: dict[tuple[str, str], etree.XPath] = {}

    def of(self, text: str, function: str = "string") -> etree.XPath:
        """Return a path as :func:`compile_path` does."""
        key = text, function
        if key not in self._known:
            self._known[key] = compile_path(text, self._prefixes, self._file, function)
        return self._known[key]

    def if_any(self, text: str, function: str = "string") -> etree.XPath | None:
        """Return a path, or None for the empty text."""
        return self.of(text, function) if text else None


def _compiled(spec: AnswerSpec, paths: _Paths) -> _Mapping:
    return _Mapping(
        spec=spec,
        when=paths.if_any(spec.when, "boolean"),
        correlation=paths.if_any(spec.correlation),
        office=paths.if_any(spec.office),
        run=paths.if_any(spec.run),
        occurred_at=paths.if_any(spec.occurred_at),
        numbers=tuple((key, paths.of(text)) for key, text in spec.numbers),
        facts=tuple((key, paths.of(text)) for key, text in spec.facts),
        findings=_remarks(spec.findings, paths) if spec.findings else None,
    )


def _remarks(spec: FindingsSpec, paths: _Paths) -> _Remarks:
    return _Remarks(
        paths.of(spec.each, ""),
        tuple((name, paths.of(getattr(spec, name) or "''")) for name in _PARTS),
    )


def compile_path(
    text: str, prefixes: Mapping[str, str], file: str, function: str = "string"
) -> etree.XPath:
    """Compile an XPath of a pack's TOML file, wrapped in ``function`` (none where that is empty).

    Raises:
        Refusal: ``pack.xpath-broken``.
    """
    try:
        path = etree.XPath(
            f"{function}({text})",
            namespaces=dict(prefixes),
            extensions=dict(READING),
            smart_strings=False,
        )
        path(_NOTHING)  # unknown functions and variables show only when it is evaluated
    except etree.XPathError as error:
        raise tables.refusal("pack.xpath-broken", file, path=text, reason=str(error)) from None
    return path
