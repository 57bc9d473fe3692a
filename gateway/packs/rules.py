"""Rules of a pack: a named subset of ISO Schematron, compiled to XPath.

Subset: ``schema ns let pattern rule assert report diagnostics diagnostic`` (and ``title``, ``p``
for people). Anything else is refused by name. As in ISO 19757-3, the first rule of a pattern whose
context matches takes the node. ``@id`` is the code of the finding, ``@flag`` its severity (error,
warning, information), and ``@diagnostics`` names its texts ``<code>.en``, ``<code>.zh`` and
``<code>.vi``: ``Message || Fix``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

from gateway.domain.finding import LANGUAGES, Finding, Refusal, Severity, Text
from gateway.markup import pointer, safe
from gateway.markup.tree import PREFIXES, Element, name, namespace
from gateway.packs import tables
from gateway.packs.codelists import CodeList
from gateway.packs.functions import FUNCTIONS_NAMESPACE, extensions

SCHEMATRON = "http://purl.oclc.org/dsdl/schematron"

_ATTRIBUTES = {
    "schema": {"queryBinding", "defaultPhase", "schemaVersion"},
    "ns": {"prefix", "uri"},
    "let": {"name", "value"},
    "pattern": {"id"},
    "rule": {"context", "id"},
    "assert": {"test", "id", "flag", "diagnostics"},
    "report": {"test", "id", "flag", "diagnostics"},
    "diagnostics": set(),
    "diagnostic": {"id"},
    "title": set(),
    "p": set(),
}
"""The subset: elements and their attributes (``xml:lang`` is free)."""

_CORE = frozenset(
    {"last", "position", "count", "local-name", "namespace-uri", "name", "string", "concat"}
    | {"starts-with", "contains", "substring-before", "substring-after", "substring"}
    | {"string-length", "normalize-space", "translate", "boolean", "not", "true", "false", "lang"}
    | {"number", "sum", "floor", "ceiling", "round", "node", "text", "comment"}
)
"""XPath 1.0 core functions and node tests; ``id`` needs a DTD, so it is left out."""

_OURS = frozenset({"fr:sum-equals", "fr:valid-id", "fr:in-list"})
_CALL = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_OPERATORS = frozenset({"and", "or", "div", "mod"})
_FLAGS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
}
_VALUE_MAX = 200


@dataclass(frozen=True, slots=True)
class _Test:
    code: str
    severity: Severity
    fires_when: bool  # False for assert, True for report
    path: etree.XPath


@dataclass(frozen=True, slots=True)
class _Rule:
    context: etree.XPath
    lets: tuple[tuple[str, etree.XPath], ...]
    tests: tuple[_Test, ...]


@dataclass(frozen=True, slots=True)
class _Pattern:
    lets: tuple[tuple[str, etree.XPath], ...]
    rules: tuple[_Rule, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One compiled rule file with its texts by language and code."""

    file: str
    texts: Mapping[str, Mapping[str, Text]]
    lets: tuple[tuple[str, etree.XPath], ...]
    patterns: tuple[_Pattern, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes the file can raise."""
        return tuple(
            test.code for pattern in self.patterns for rule in pattern.rules for test in rule.tests
        )

    def check(self, root: Element, source: str) -> tuple[Finding, ...]:
        """Return a finding for every assertion that fails and every report that fires.

        Raises:
            Refusal: ``pack.rule-failed``: a rule could not be evaluated, which passes nothing.
        """
        tree = root.getroottree()
        try:
            known = _evaluated(self.lets, tree, {})
            return tuple(
                finding
                for pattern in self.patterns
                for finding in _pattern_findings(pattern, tree, known, source)
            )
        except etree.XPathError as error:
            raise tables.refusal("pack.rule-failed", self.file, reason=str(error)) from None


_Known = Mapping[str, Any]  # what lxml calls an XPath value
_Tree: TypeAlias = "Element | etree._ElementTree[Element]"  # noqa: SLF001 - has no public name


def _evaluated(
    lets: tuple[tuple[str, etree.XPath], ...], node: _Tree, known: _Known
) -> dict[str, Any]:
    values = dict(known)
    for variable, path in lets:
        values[variable] = path(node, **values)
    return values


def _pattern_findings(
    pattern: _Pattern, tree: _Tree, known: _Known, source: str
) -> Iterator[Finding]:
    known = _evaluated(pattern.lets, tree, known)
    taken: set[Element] = set()
    for rule in pattern.rules:
        for node in rule.context(tree, **known):
            if node in taken:
                continue
            taken.add(node)
            yield from _rule_findings(rule, node, known, source)


def _rule_findings(rule: _Rule, node: Element, known: _Known, source: str) -> Iterator[Finding]:
    values = _evaluated(rule.lets, node, known)
    for test in rule.tests:
        if bool(test.path(node, **values)) is test.fires_when:
            leaf = (node.text or "").strip() if not len(node) else ""
            yield Finding(
                code=test.code,
                severity=test.severity,
                pointer=pointer.spell(node),
                line=pointer.line(node),
                value=leaf,
                source=source,
                args=tuple((name, _spelled(values[name])) for name, _ in rule.lets),
            )


def _spelled(value: object) -> str:
    """Spell a variable for a person: first node of a set, numbers without a needless ``.0``."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, etree._Element):  # noqa: SLF001 - lxml's element type
        value = "".join(value.itertext())
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value).strip()[:_VALUE_MAX]


# ------------------------------------------------------------------ compiling


def _not_supported(file: str, node: Element, what: str) -> Refusal:
    return tables.refusal("pack.rule-not-supported", file, line=node.sourceline, what=what)


@dataclass(frozen=True, slots=True)
class _Compiler:
    file: str
    prefixes: Mapping[str, str]
    functions: Mapping[tuple[str, str], Callable[..., bool]]

    def refuse(self, node: Element, what: str) -> Refusal:
        """Return a refusal that names what is outside the subset, and where."""
        return _not_supported(self.file, node, what)

    def path(self, node: Element, text: str) -> etree.XPath:
        """Compile one expression after looking at every function it calls."""
        for call in _CALL.findall(_LITERAL.sub("''", text)):
            if call not in _CORE | _OURS | _OPERATORS:
                raise self.refuse(node, f"{call}()")
        try:
            return etree.XPath(
                text,
                namespaces=dict(self.prefixes),
                extensions=dict(self.functions),
                smart_strings=False,
            )
        except etree.XPathSyntaxError:
            raise self.refuse(node, text) from None

    def context(self, node: Element) -> etree.XPath:
        """Compile a match pattern: relative alternatives match anywhere in the document."""
        alternatives = []
        for part in _split_union(node.get("context", "")):
            if "@" in _without_predicates(part) or "()" in _without_predicates(part) or not part:
                raise self.refuse(node, f"context {part}")
            alternatives.append(part if part.startswith("/") else f"//{part}")
        return self.path(node, " | ".join(alternatives))

    def lets(self, node: Element) -> tuple[tuple[str, etree.XPath], ...]:
        """Compile the variables that stand directly under ``node``."""
        return tuple(
            (let.get("name", ""), self.path(let, let.get("value", "")))
            for let in _children(node, "let")
        )

    def test(self, node: Element, texts: Mapping[str, Mapping[str, Text]]) -> _Test:
        """Compile one assert or report; it must have id, flag and a text in every language."""
        code, flag = node.get("id", ""), node.get("flag", "")
        if not code or flag not in _FLAGS:
            raise tables.refusal("pack.rule-without-id", self.file, rule=code, flag=flag)
        wanted = {f"{code}.{language}" for language in LANGUAGES}
        missing = [language for language in LANGUAGES if code not in texts[language]]
        if missing or set(node.get("diagnostics", "").split()) != wanted:
            raise tables.refusal(
                "pack.rule-without-text", self.file, rule=code, languages=", ".join(missing)
            )
        path = self.path(node, f"boolean({node.get('test', '')})")
        return _Test(code, _FLAGS[flag], name(node) == "report", path)


def _children(node: Element, *names: str) -> list[Element]:
    return [child for child in node.iterchildren(etree.Element) if name(child) in names]


def _split_union(pattern: str) -> list[str]:
    """Split at the ``|`` that stand outside predicates and literals."""
    masked = _masked(pattern)
    parts, start = [], 0
    for place, character in enumerate(masked):
        if character == "|":
            parts.append(pattern[start:place].strip())
            start = place + 1
    return [*parts, pattern[start:].strip()]


def _masked(pattern: str) -> str:
    """Blank out literals and predicates, keeping every other character in its place."""
    plain = _LITERAL.sub(lambda found: " " * len(found.group()), pattern)
    depth, out = 0, []
    for character in plain:
        depth += character == "["
        out.append(" " if depth else character)
        depth -= character == "]"
    return "".join(out)


def _without_predicates(pattern: str) -> str:
    return _masked(pattern)


def _check_subset(root: Element, file: str) -> None:
    for node in root.iter(etree.Element):
        known = _ATTRIBUTES.get(name(node)) if namespace(node) == SCHEMATRON else None
        if known is None:
            raise _not_supported(file, node, etree.QName(node).localname)
        for attribute in node.attrib:
            if attribute not in known and not attribute.startswith("{http://www.w3.org/XML/1998"):
                raise _not_supported(file, node, f"{name(node)}/@{attribute}")


def _texts(root: Element, file: str) -> dict[str, dict[str, Text]]:
    texts: dict[str, dict[str, Text]] = {language: {} for language in LANGUAGES}
    for node in root.iter(f"{{{SCHEMATRON}}}diagnostic"):
        code, _, language = node.get("id", "").rpartition(".")
        message, bar, fix = " ".join("".join(node.itertext()).split()).partition(" || ")
        if language not in texts or not bar or not message or not fix:
            raise tables.refusal(
                "pack.rule-without-text", file, rule=node.get("id", ""), languages=language
            )
        texts[language][code] = Text(message, fix)
    return texts


def compile_rules(files: Mapping[str, bytes], file: str, lists: Mapping[str, CodeList]) -> Rules:
    """Compile one rule file; ``lists`` are what ``fr:in-list`` can ask.

    Raises:
        Refusal: ``pack.rule-*``, ``pack.not-xml``, ``pack.missing-file``.
    """
    root = safe.parse_own(files, file)
    _check_subset(root, file)
    spaces = {node.get("prefix", ""): node.get("uri", "") for node in _children(root, "ns")}
    prefixes = {**PREFIXES, "fr": FUNCTIONS_NAMESPACE, **spaces}
    compiler = _Compiler(file, prefixes, extensions(lists))
    texts = _texts(root, file)
    patterns = tuple(
        _Pattern(
            compiler.lets(pattern),
            tuple(
                _Rule(
                    compiler.context(rule),
                    compiler.lets(rule),
                    tuple(compiler.test(t, texts) for t in _children(rule, "assert", "report")),
                )
                for rule in _children(pattern, "rule")
            ),
        )
        for pattern in _children(root, "pattern")
    )
    rules = Rules(file, texts, compiler.lets(root), patterns)
    for code in rules.codes:
        if rules.codes.count(code) > 1:
            raise tables.refusal("pack.repeated", file, key="rule", word=code)
    return rules
