"""Why a schema refused a document, told as findings.

libxml2 decides; xmlschema, which is eighty times slower and explains better, is asked only about
what was refused. Findings are made from the *kind* of the error (the component that failed), never
from the wording of a message, so they can be told in any language.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import xmlschema
from lxml import etree
from xmlschema.validators import XMLSchemaChildrenValidationError, XMLSchemaValidationError

from gateway.domain.finding import Finding
from gateway.markup import pointer
from gateway.markup.tree import Element

FINDINGS_MAX = 100
"""A document gets at most this many findings; nobody mends more at once."""

EXPLAINED_ELEMENTS_MAX = 20_000
"""Larger documents get libxml2's shorter account: explaining costs about 0.1 ms an element."""

EXPLAINED_TEXT_MAX = 4_000
"""Longer texts are not handed to xmlschema, whose patterns run in a backtracking engine."""

EXPECTED_MAX = 12
"""Allowed values a finding names."""

_XSD = "http://www.w3.org/2001/XMLSchema"

_KINDS = {
    "XsdPatternFacets": "pattern",
    "XsdEnumerationFacets": "enumeration",
    "XsdLengthFacet": "length",
    "XsdMinLengthFacet": "min-length",
    "XsdMaxLengthFacet": "max-length",
    "XsdMinInclusiveFacet": "min-inclusive",
    "XsdMinExclusiveFacet": "min-exclusive",
    "XsdMaxInclusiveFacet": "max-inclusive",
    "XsdMaxExclusiveFacet": "max-exclusive",
    "XsdTotalDigitsFacet": "total-digits",
    "XsdFractionDigitsFacet": "fraction-digits",
    "XsdAttributeGroup": "attribute",
    "XsdGroup": "text",
    "XsdElement": "element",
    "XMLSchemaBase": "root",
    "XsdAnyElement": "unexpected-element",
    "XsdAnyAttribute": "unexpected-attribute",
}
"""Component of xmlschema that failed, to the last part of our code; anything else is ``type``."""

_GATE_KINDS = {
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enumeration",
    "SCHEMAV_CVC_LENGTH_VALID": "length",
    "SCHEMAV_CVC_MINLENGTH_VALID": "min-length",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "max-length",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "min-inclusive",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "min-exclusive",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "max-inclusive",
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": "max-exclusive",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "total-digits",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "fraction-digits",
    "SCHEMAV_ELEMENT_CONTENT": "content",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "unexpected-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "missing-attribute",
    "SCHEMAV_CVC_ELT_1": "root",
    "SCHEMAV_CVC_IDC": "identity",
}
"""The same for libxml2's error types."""


class Explainer:
    """One schema as xmlschema reads it, built when it is first needed."""

    def __init__(self, read: Callable[[str], Element], main: str) -> None:
        self._read = read
        self._main = main
        self._schema: xmlschema.XMLSchema10 | None = None
        self._unreadable = False

    def findings(self, root: Element, log: Sequence[etree._LogEntry]) -> tuple[Finding, ...]:
        """Explain why ``root`` was refused; ``log`` is what libxml2 said, never empty."""
        told: Iterable[Finding] = ()
        if _explainable(root) and (schema := self._built()) is not None:
            repeated = {entry.line for entry in log if entry.type_name == "SCHEMAV_CVC_IDC"}
            told = _distinct(
                _identity(finding, repeated)
                for error in islice(_errors(schema, root), 4 * FINDINGS_MAX)
                for finding in _explained(error, root)
            )
        found = tuple(islice(told, FINDINGS_MAX))
        return found or tuple(islice(_distinct(_gate_findings(root, log)), FINDINGS_MAX))

    def _built(self) -> xmlschema.XMLSchema10 | None:
        if self._schema is None and not self._unreadable:
            try:
                sources: list[Any] = list(_closure(self._read, self._main))
                self._schema = xmlschema.XMLSchema10(
                    sources, allow="none", defuse="always", use_fallback=False
                )
            except (xmlschema.XMLSchemaException, ValueError):
                self._unreadable = True  # libxml2 compiled it; its own account has to do
        return self._schema


_SIZE = etree.XPath("count(descendant-or-self::*)")
_LONG = etree.XPath(
    "boolean(descendant-or-self::*[text()[string-length() > $most] or @*[string-length() > $most]])"
)


def _explainable(root: Element) -> bool:
    small = _SIZE(root) <= EXPLAINED_ELEMENTS_MAX
    return small and not _LONG(root, most=EXPLAINED_TEXT_MAX)


def _closure(read: Callable[[str], Element], main: str) -> Iterator[str]:
    """Yield ``main`` and all it includes or imports, without their locations.

    Handed over together they need no resolver, so xmlschema never has a location to follow.
    """
    waiting, seen = [(main, "")], {main}
    while waiting:
        path, space = waiting.pop(0)
        root = read(path)
        if space and root.get("targetNamespace") is None:
            root = _in_namespace(root, space)
        for node in root.findall(f"{{{_XSD}}}include") + root.findall(f"{{{_XSD}}}import"):
            location = node.attrib.pop("schemaLocation", None)
            other = _beside(path, location) if location else path
            included = node.tag == f"{{{_XSD}}}include"
            if other not in seen:
                seen.add(other)
                waiting.append((other, root.get("targetNamespace", "") if included else ""))
            if included:
                root.remove(node)
        yield etree.tostring(root, encoding="unicode")


def _in_namespace(root: Element, space: str) -> Element:
    """Give an included schema without a namespace that of its includer (XSD 1.0, 4.2.1)."""
    twin = etree.Element(root.tag, root.attrib, {**root.nsmap, None: space})
    twin.set("targetNamespace", space)
    twin.extend(list(root))
    return twin


def _beside(path: str, location: str) -> str:
    parts = path.split("/")[:-1]
    for part in location.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _errors(schema: xmlschema.XMLSchema10, root: Element) -> Iterator[XMLSchemaValidationError]:
    # Its annotations know only the standard library's elements; it reads lxml's as well.
    yield from schema.iter_errors(cast("Any", root), use_location_hints=False)


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out repeats: one fault in one place is often reported by several components."""
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        key = (finding.code, finding.pointer, finding.value)
        if key not in seen:
            seen.add(key)
            yield finding


# ------------------------------------------------------------------ from xmlschema


def _explained(error: XMLSchemaValidationError, root: Element) -> Iterator[Finding]:
    found = cast("object", error.elem)
    node = found if isinstance(found, etree._Element) else root  # noqa: SLF001 - lxml's type
    if isinstance(error, XMLSchemaChildrenValidationError):
        yield _child_finding(error, node)
        return
    validator = error.validator
    kind = _KINDS.get(_family(validator), "type")
    if kind == "attribute":
        yield from _attribute_findings(validator, node)
    else:
        yield _value_finding(kind, error, node)


def _identity(finding: Finding, lines: set[int]) -> Finding:
    """Name a broken key: xmlschema reports it as a fault of the element, libxml2 as what it is."""
    broken = finding.code == "xsd.element" and finding.line in lines
    return replace(finding, code="xsd.identity") if broken else finding


def _family(validator: object) -> str:
    """Return the first known class in the line of ``validator``'s ancestors."""
    names = (parent.__name__ for parent in type(validator).__mro__)
    return next((name for name in names if name in _KINDS), "")


def _child_finding(error: XMLSchemaChildrenValidationError, node: Element) -> Finding:
    expected = _words(_local(tag) for tag in error.expected_tags)
    child = cast("Element | None", error.invalid_child)
    if child is None:
        return Finding(
            code="xsd.missing-element",
            pointer=pointer.spell(node),
            line=pointer.line(node),
            args=(("expected", expected), ("element", etree.QName(node).localname)),
        )
    return Finding(
        code="xsd.unexpected-element",
        pointer=pointer.spell(child),
        line=pointer.line(child),
        value=etree.QName(child).localname,
        args=(("expected", expected), ("element", etree.QName(child).localname)),
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def _attribute_findings(validator: object, node: Element) -> Iterator[Finding]:
    """Compare the attributes that stand with those declared; xmlschema only counts the fault."""
    declared: Mapping[str, object] = dict(validator.items())  # type: ignore[attr-defined]
    for name, attribute in declared.items():
        if name and getattr(attribute, "use", "") == "required" and name not in node.attrib:
            yield _attribute_finding("missing-attribute", node, name)
    for name in node.attrib:
        if name not in declared and not name.startswith("{http://www.w3.org/2001/XMLSchema-inst"):
            yield _attribute_finding("unexpected-attribute", node, name)


def _attribute_finding(kind: str, node: Element, name: str) -> Finding:
    return Finding(
        code=f"xsd.{kind}",
        pointer=pointer.spell_attribute(node, name),
        line=pointer.line(node),
        value=node.attrib.get(name, ""),
        args=(("attribute", etree.QName(name).localname),),
    )


def _value_finding(kind: str, error: XMLSchemaValidationError, node: Element) -> Finding:
    value = error.obj if isinstance(error.obj, str) else (node.text or "").strip()
    place, found = _place(node, value)
    return Finding(
        code=f"xsd.{kind}",
        pointer=place,
        line=pointer.line(node),
        value=found,
        args=(("expected", _expected(error.validator)), ("element", etree.QName(node).localname)),
    )


def _place(node: Element, value: str) -> tuple[str, str]:
    """Point at the attribute that holds ``value``, if it is not the element's own text."""
    if (node.text or "").strip() != value.strip():
        for name, content in node.attrib.items():
            if content == value:
                return pointer.spell_attribute(node, name), value
    return pointer.spell(node), value


def _expected(validator: object) -> str:
    """Say what would have been right: allowed values, pattern, bound, or the name of the type."""
    for attribute in ("enumeration", "patterns", "value", "local_name"):
        found = getattr(validator, attribute, None)
        if attribute == "patterns" and found:
            return _words(getattr(one, "pattern", str(one)) for one in _sources(validator))
        if isinstance(found, list | tuple) and found:
            return _words(str(one) for one in found)
        if found is not None and not isinstance(found, list | tuple):
            return str(found)
    return ""


def _sources(validator: object) -> Iterator[str]:
    """Yield the patterns as the schema spells them, not as they were translated."""
    for node in validator:  # type: ignore[attr-defined]
        yield str(node.get("value", ""))


def _words(parts: Iterable[str]) -> str:
    listed = list(islice(parts, EXPECTED_MAX + 1))
    return ", ".join(listed[:EXPECTED_MAX]) + (", …" if len(listed) > EXPECTED_MAX else "")


# ------------------------------------------------------------------ from libxml2


def _gate_findings(root: Element, log: Sequence[etree._LogEntry]) -> Iterator[Finding]:
    told = {entry.line for entry in log if entry.type_name in _GATE_KINDS}
    spaces = _prefixes(root) if any(":" in (entry.path or "") for entry in log) else {}
    for entry in log:
        kind = _GATE_KINDS.get(entry.type_name, "type")
        if kind == "type" and entry.line in told:
            continue  # libxml2 repeats a failed facet as a failed type
        node = _located(root, entry.path, spaces)
        yield Finding(
            code=f"xsd.{'unexpected-element' if kind == 'content' else kind}",
            pointer=pointer.spell(node),
            line=entry.line or None,
            value=(node.text or "").strip() if not len(node) else "",
            args=(("element", etree.QName(node).localname),),
        )


def _prefixes(root: Element) -> dict[str, str]:
    """Return every prefix the document declares: libxml2 spells its paths with them."""
    return {
        prefix: uri
        for node in root.iter(etree.Element)
        for prefix, uri in node.nsmap.items()
        if prefix
    }


def _located(root: Element, path: str | None, spaces: Mapping[str, str]) -> Element:
    """Follow libxml2's own path (``/*/ds:Signature``): made of steps and numbers only."""
    try:
        found = root.getroottree().xpath(path or "/*", namespaces=dict(spaces))
    except etree.XPathError:
        return root
    first = found[0] if isinstance(found, list) and found else root
    return first if isinstance(first, etree._Element) else root  # noqa: SLF001 - lxml's type
