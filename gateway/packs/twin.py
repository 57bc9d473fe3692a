"""The JSON twin of the enterprise declaration: the same content in another spelling.

What the members are called follows from the XSD: an element is a member of its own name, an
attribute one of its own (lower-case) name, the text of an element with attributes is ``value``.
What may repeat is always a list; every value is text, as written. The order of members means
nothing: back in XML, elements stand as the schema wants them. The signature stays in XML.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import pointer, safe, tree

XS = "{http://www.w3.org/2001/XMLSchema}"
ROOT = "Declaration"
TEXT = "value"
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may hold."""

Json: TypeAlias = "str | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One element of a class: its type's name, and whether it must be there or may repeat."""

    name: str
    type: str
    needed: bool
    many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type: elements in order, attributes (name, type, needed), and the type of its text."""

    members: tuple[Member, ...] = ()
    attributes: tuple[tuple[str, str, bool], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Twin:
    """Reads and writes the twin.

    ``kinds`` are the complex types of the schema by name, ``words`` what simple types allow.
    """

    root: str
    kinds: Mapping[str, Kind]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_xml(self, raw: bytes) -> bytes:
        """Return the declaration in XML, without white space between elements.

        Raises:
            Refusal: ``json.malformed``; ``json.unknown-member`` and ``json.wrong-kind``, all at
                once.
        """
        found = _loaded(raw)
        findings: list[Finding] = []
        root = self._element(ROOT, self.root, found, "", findings)
        if findings:
            raise Refusal(*findings)
        return tree.serialise(root)

    def to_json(self, root: tree.Element) -> bytes:
        """Return the twin of a declaration, signature left out; UTF-8 with line breaks.

        Raises:
            Refusal: ``json.no-member`` where it holds what the schema does not know.
        """
        bare = tree.without(root, tree.XMLDSIG, "Signature")
        return json.dumps(self._told(bare, self.root), ensure_ascii=False, indent=2).encode()

    # ------------------------------------------------------------------ to XML

    def _element(
        self, name: str, kind: str, value: Json, where: str, findings: list[Finding]
    ) -> tree.Element:
        shape = self.kinds.get(kind)
        if shape is None or isinstance(value, str):
            if not isinstance(value, str) or (shape is not None and not shape.text):
                findings.append(_wrong("json.wrong-kind", where, "", value))
                value = ""
            return tree.build(tree.DECLARATION, name, content=value)
        if not isinstance(value, dict):
            findings.append(_wrong("json.wrong-kind", where, "", value))
            return tree.build(tree.DECLARATION, name)
        known = {one.name for one in shape.members} | {one for one, _, _ in shape.attributes}
        known |= {TEXT} if shape.text else set()
        strange = sorted(value.keys() - known)
        findings += [_wrong("json.unknown-member", where, one, value[one]) for one in strange]
        attributes = [
            (one, self._text(value.get(one, ""), where, one, findings))
            for one, _, _ in shape.attributes
        ]
        text = self._text(value.get(TEXT, ""), where, TEXT, findings) if shape.text else ""
        children = [
            self._element(one.name, one.type, inner, f"{where}/{place}", findings)
            for one in shape.members
            for place, inner in _several(one, value, where, findings)
        ]
        return tree.build(tree.DECLARATION, name, attributes, children, text)

    def _text(self, value: Json, where: str, name: str, findings: list[Finding]) -> str:
        if isinstance(value, str):
            return value
        findings.append(_wrong("json.wrong-kind", where, name, value))
        return ""

    # ------------------------------------------------------------------ to JSON

    def _told(self, node: tree.Element, kind: str) -> Json:
        shape = self.kinds.get(kind)
        if shape is None:
            return node.text or ""
        told: dict[str, Json] = {str(name): str(value) for name, value in node.attrib.items()}
        if shape.text:
            told[TEXT] = node.text or ""
        known = {one.name: one for one in shape.members}
        for child in node:
            member = known.get(tree.name(child))
            if member is None or tree.namespace(child) != tree.DECLARATION:
                raise Refusal(Finding(code="json.no-member", pointer=pointer.spell(child)))
            value = self._told(child, member.type)
            if member.many:
                told.setdefault(member.name, [])
                _list(told[member.name]).append(value)
            else:
                told[member.name] = value
        return told


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _several(
    member: Member, value: Mapping[str, Json], where: str, findings: list[Finding]
) -> Iterator[tuple[str, Json]]:
    if member.name not in value:
        return
    inner = value[member.name]
    if not member.many:
        yield member.name, inner
    elif isinstance(inner, list):
        yield from ((f"{member.name}/{place}", one) for place, one in enumerate(inner))
    else:
        findings.append(_wrong("json.wrong-kind", where, member.name, inner))


def _wrong(code: str, where: str, name: str, value: Json) -> Finding:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Finding(code=code, pointer=f"{where}/{name}" if name else where, value=told)


def _loaded(raw: bytes) -> Json:
    """Return the document; numbers, truth values and repeated members are refused.

    Raises:
        Refusal: ``json.malformed``.
    """
    try:
        return _plain(json.loads(raw.decode("utf-8"), object_pairs_hook=_once))
    except (ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        args = (("reason", reason),)
        finding = Finding(code="json.malformed", severity=Severity.FATAL, args=args)
        raise Refusal(finding) from None


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        _plain(name)
        if name in found:
            raise ValueError(f"member {name} stands twice")
        found[name] = value
    return found


def _plain(value: object) -> Json:
    if isinstance(value, str):
        if UNFIT.search(value):
            raise ValueError("a text holds characters that no document may hold")
        return value
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    raise ValueError(f"{json.dumps(value)} is no text: every value is written in quotes")


# ------------------------------------------------------------------ from the schema


def read_twin(files: Mapping[str, bytes], main: str) -> Twin:
    """Return the twin that an XSD of named types describes."""
    schema = safe.parse_own(files, main)
    kinds = {one.get("name", ""): _kind(one) for one in schema.iterchildren(f"{XS}complexType")}
    (root,) = (one for one in schema.iterchildren(f"{XS}element") if one.get("name") == ROOT)
    words = {
        one.get("name", ""): tuple(
            word.get("value", "") for word in one.iterfind(f"{XS}restriction/{XS}enumeration")
        )
        for one in schema.iterchildren(f"{XS}simpleType")
    }
    return Twin(root.get("type", ""), kinds, words)


def _kind(node: tree.Element) -> Kind:
    extension = node.find(f"{XS}simpleContent/{XS}extension")
    holder = node if extension is None else extension
    return Kind(
        members=tuple(
            Member(
                name=one.get("name", ""),
                type=one.get("type", ""),
                needed=one.get("minOccurs", "1") != "0",
                many=one.get("maxOccurs", "1") != "1",
            )
            for one in node.iterfind(f"{XS}sequence/{XS}element")
        ),
        attributes=tuple(
            (one.get("name", ""), one.get("type", ""), one.get("use") == "required")
            for one in holder.iterfind(f"{XS}attribute")
        ),
        text="" if extension is None else extension.get("base", ""),
    )
