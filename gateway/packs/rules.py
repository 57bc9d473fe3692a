"""Rules of a pack: a named subset of ISO Schematron, compiled to XPath.

Subset: ``schema ns let pattern rule assert report diagnostics diagnostic`` (and ``title``, ``p``
for people). Anything else is refused by name. As in ISO 19757-3, the first rule of a pattern whose
context matches takes the node. ``@id`` is the code of the finding, ``@flag`` its severity (error,
warning, information), and ``@diagnostics`` names its texts ``<code>.en``, ``<code>.zh`` and
``<code>.vi``: ``Message || Fix``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

from gateway.domain.finding import LANGUAGES, Finding, Refusal, Severity, Text
from gateway.markup import pointer, safe
from gateway.markup.tree import PREFIXES, Element, name, namespace
from gateway.packs import rule_paths, tables
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
_OPERATORS = frozenset({"and", "or", "div", "mod"})
_FLAGS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
}
_VALUE_MAX = 200


_Known = Mapping[str, Any]  # what lxml calls an XPath value
_Tree: TypeAlias = "Element | etree._ElementTree[Element]"  # noqa: SLF001 - has no public name


@dataclass(frozen=True, slots=True)
class _Path:
    """One expression; it is told only the variables it uses, for telling costs more than asking."""

    path: etree.XPath
    uses: tuple[str, ...]

    def ask(self, node: _Tree, known: _Known) -> Any:  # noqa: ANN401 - an XPath value
        return self.path(node, **{name: known[name] for name in self.uses if name in known})


_Lets = tuple[tuple[str, _Path], ...]


@dataclass(frozen=True, slots=True)
class _Test:
    code: str
    severity: Severity
    fires_when: bool  # False for assert, True for report
    path: _Path

    def fires(self, node: Element, known: _Known) -> bool:
        return bool(self.path.ask(node, known)) is self.fires_when


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """``screen`` finds every node on which one of the tests fires, but for the ``single`` tests.

    Those must be asked node by node; ``needed`` are the variables they use. A rule with ``names``
    is about nodes with one of them as ``@name``.
    """

    context: _Path
    lets: _Lets
    tests: tuple[_Test, ...]
    screen: _Path | None
    single: tuple[_Test, ...]
    needed: _Lets
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    lets: _Lets
    rules: tuple[_Rule, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One compiled rule file with its texts by language and code.

    Most documents break no rule, and asking costs more than the answer. So a document is asked
    beforehand which rules can have anything to say of it: by the names it holds for those about
    ``named`` nodes, and by one ``glance`` for those ``glanced``: a digit each, 0 for nothing.
    """

    file: str
    texts: Mapping[str, Mapping[str, Text]]
    lets: _Lets
    patterns: tuple[_Pattern, ...]
    named: tuple[_Rule, ...]
    glanced: tuple[_Rule, ...]
    glance: _Path | None

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
            quiet = self._quiet(tree, known)
            return tuple(
                finding
                for pattern in self.patterns
                if not quiet.issuperset(pattern.rules)
                for finding in _pattern_findings(pattern, tree, known, quiet, source)
            )
        except etree.XPathError as error:
            raise tables.refusal("pack.rule-failed", self.file, reason=str(error)) from None

    def _quiet(self, tree: _Tree, known: _Known) -> set[_Rule]:
        """Return rules that surely find nothing in a document."""
        names = _NAMES(tree) if self.named else ()
        quiet = {rule for rule in self.named if rule.names.isdisjoint(names)}
        digits = self.glance.ask(tree, known) if self.glance is not None else ""
        quiet.update(rule for rule, digit in zip(self.glanced, digits, strict=True) if digit == "0")
        return quiet


_NAMES = etree.XPath("//@name", smart_strings=False)


def _evaluated(lets: _Lets, node: _Tree, known: _Known) -> dict[str, Any]:
    values = dict(known)
    for variable, path in lets:
        values[variable] = path.ask(node, values)
    return values


def _pattern_findings(
    pattern: _Pattern, tree: _Tree, known: _Known, quiet: Collection[_Rule], source: str
) -> Iterator[Finding]:
    known = _evaluated(pattern.lets, tree, known)
    taken: set[Element] = set()
    for rule in pattern.rules:
        screen = None if rule in quiet else rule.screen
        found: list[Element] = screen.ask(tree, known) if screen is not None else []
        suspects = frozenset(found)
        all_matter = bool(rule.single) or rule is not pattern.rules[-1]
        for node in rule.context.ask(tree, known) if all_matter else found:
            if node in taken:
                continue
            taken.add(node)
            if node in suspects or _speaks_alone(rule, node, known):
                yield from _rule_findings(rule, node, known, source)


def _speaks_alone(rule: _Rule, node: Element, known: _Known) -> bool:
    """Tell whether a test that must be asked node by node fires."""
    values = _evaluated(rule.needed, node, known)
    return any(test.fires(node, values) for test in rule.single)


def _rule_findings(rule: _Rule, node: Element, known: _Known, source: str) -> Iterator[Finding]:
    values = _evaluated(rule.lets, node, known)
    for test in rule.tests:
        if test.fires(node, values):
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

    def path(self, node: Element, text: str) -> _Path:
        """Compile one expression after looking at every function it calls."""
        for call in rule_paths.calls(text):
            if call not in _CORE | _OURS | _OPERATORS:
                raise self.refuse(node, f"{call}()")
        try:
            path = etree.XPath(
                text,
                namespaces=dict(self.prefixes),
                extensions=dict(self.functions),
                smart_strings=False,
            )
        except etree.XPathSyntaxError:
            raise self.refuse(node, text) from None
        return _Path(path, rule_paths.variables(text))

    def rule(self, node: Element, texts: Mapping[str, Mapping[str, Text]]) -> _Rule:
        """Compile one rule, and what asks the whole document at once where that can be asked."""
        context, lets = self._context(node), self.lets(node)
        written = _children(node, "assert", "report")
        tests = tuple(self.test(one, texts) for one in written)
        asked = [_screened(node, one) for one in written]
        told = " or ".join(one for one in asked if one is not None)
        single = tuple(test for test, one in zip(tests, asked, strict=True) if one is None)
        return _Rule(
            context=self.path(node, context),
            lets=lets,
            tests=tests,
            screen=self.path(node, f"({context})[{told}]") if told else None,
            single=single,
            needed=_needed(lets, single),
            names=rule_paths.names(node.get("context", "")),
        )

    def _context(self, node: Element) -> str:
        """Spell a match pattern: relative alternatives match anywhere in the document."""
        alternatives = []
        for part in rule_paths.split_union(node.get("context", "")):
            steps = rule_paths.without_predicates(part)
            if "@" in steps or "()" in steps or not part:
                raise self.refuse(node, f"context {part}")
            alternatives.append(rule_paths.anywhere(rule_paths.listed(part)))
        return " | ".join(alternatives)

    def lets(self, node: Element) -> _Lets:
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


def _screened(rule: Element, test: Element) -> str | None:
    """Spell when a test fires, asked of the rule's node without its variables; None if it cannot.

    Whatever the spelling finds is asked again, one test after the other.
    """
    written = ((let.get("name", ""), let.get("value", "")) for let in _children(rule, "let"))
    asked = rule_paths.inlined(test.get("test", ""), rule_paths.substitutes(written))
    if asked is None:
        return None
    return f"boolean({asked})" if name(test) == "report" else f"not({asked})"


def _needed(lets: _Lets, tests: Iterable[_Test]) -> _Lets:
    """Return the variables that tests use, themselves or through others, in their order."""
    used = {variable for test in tests for variable in test.path.uses}
    needed: list[tuple[str, _Path]] = []
    for variable, path in reversed(lets):
        if variable in used:
            used.update(path.uses)
            needed.insert(0, (variable, path))
    return tuple(needed)


def _glanced(lets: _Lets, patterns: Iterable[_Pattern]) -> Iterator[tuple[_Rule, str]]:
    """Yield the rules that a glance at a document can tell quiet, each with its question."""
    for pattern in patterns:
        known = {variable for variable, _ in lets} - {variable for variable, _ in pattern.lets}
        for rule in pattern.rules:
            whole = rule.screen is not None and not rule.single and not rule.names
            if whole and rule.screen and known.issuperset(rule.screen.uses):
                yield rule, f"number(boolean({rule.screen.path.path}))"


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
            tuple(compiler.rule(rule, texts) for rule in _children(pattern, "rule")),
        )
        for pattern in _children(root, "pattern")
    )
    lets = compiler.lets(root)
    named = tuple(rule for pattern in patterns for rule in pattern.rules if rule.names)
    glanced = tuple(_glanced(lets, patterns))
    asked = ", ".join(("''", *(question for _, question in glanced)))
    glance = compiler.path(root, f"concat('', {asked})") if glanced else None
    rules = Rules(file, texts, lets, patterns, named, tuple(rule for rule, _ in glanced), glance)
    for code in rules.codes:
        if rules.codes.count(code) > 1:
            raise tables.refusal("pack.repeated", file, key="rule", word=code)
    return rules
