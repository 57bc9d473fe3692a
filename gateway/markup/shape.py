"""The one shape of what we are asked to trust: what is looked at before and after parsing.

Each breach has its own code (``xml.*``). Before parsing, bytes decide: size, encoding, DOCTYPE,
how much there is to parse. Afterwards paths and texts: comments, depth, names, hidden characters.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lxml import etree

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import pointer
from gateway.markup.tree import Element

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(r"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(r"""\bencoding\s*=\s*["']([^"']*)["']""")
_VERSION = re.compile(r"""\bversion\s*=\s*["']1\.0["']""")
_NAMESPACE = re.compile(rb"""xmlns(?::[^\s=>]+)?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ABSOLUTE = re.compile(rb"""[A-Za-z][A-Za-z0-9+.-]*:[^<&\s"']*""")
_HIDDEN_CHARACTERS = "".join(
    chr(number)
    for first, last in (
        (0x80, 0x9F),
        (0x61C, 0x61C),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2069),
        (0xFEFF, 0xFEFF),
    )
    for number in range(first, last + 1)
)
_HIDDEN = re.compile(f"[{_HIDDEN_CHARACTERS}]")
_HIDDEN_BEGINNINGS = frozenset(one.encode()[:-1] for one in _HIDDEN_CHARACTERS)
"""What every hidden character begins with in UTF-8: bytes without them hold none."""
_XINCLUDE = {"xi": "http://www.w3.org/2001/XInclude"}
_WRITTEN_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s")
_MARK_BEFORE_LETTER = re.compile(rb"&\w+;[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be; lengths in bytes for the whole, in characters for one text."""

    bytes_max: int = 10_000_000
    depth_max: int = 64
    elements_max: int = 400_000
    attributes_max: int = 64
    namespaces_max: int = 64
    text_max: int = 1_000_000


STANDARD = Limits()


def breach(code: str, **rest: str | int) -> Refusal:
    """Return the refusal of a document; ``line`` goes to its place, the rest into the text."""
    line = rest.pop("line", None)
    return Refusal(
        Finding(
            code=code,
            severity=Severity.FATAL,
            line=line if isinstance(line, int) else None,
            args=tuple((name, str(value)) for name, value in rest.items()),
        )
    )


# ------------------------------------------------------------------ before parsing


def check_bytes(raw: bytes, limits: Limits) -> None:
    """Decide size and encoding before any parser sees the bytes.

    Raises:
        Refusal: ``xml.empty``, ``.too-large``, ``.not-utf8``, ``.version``.
    """
    if not raw.strip():
        raise breach("xml.empty")
    if len(raw) > limits.bytes_max:
        raise breach("xml.too-large", limit=limits.bytes_max)
    if b"\0" in raw:  # UTF-16 and UTF-32 cannot avoid it
        raise breach("xml.not-utf8")
    try:
        text = raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise breach("xml.not-utf8", line=line) from None
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        _check_declaration(declaration.group())


def _check_declaration(declaration: str) -> None:
    encoding = _ENCODING.search(declaration)
    if encoding is not None and encoding.group(1).lower() not in ("utf-8", "utf8"):
        raise breach("xml.not-utf8", encoding=encoding.group(1)[:40], line=1)
    if not _VERSION.search(declaration):
        raise breach("xml.version", line=1)


def check_tags(raw: bytes, limits: Limits) -> None:
    """Refuse what would already cost too much to parse.

    Counting over bytes errs on the safe side only: text that merely looks like a declaration of a
    namespace counts as one, and none is missed, because a match that swallowed another declaration
    would hold a quotation mark, a space or an angle bracket, and so be refused itself.

    Raises:
        Refusal: ``xml.doctype``, ``.too-many-elements``, ``.too-many-namespaces``,
            ``.relative-namespace``.
    """
    if b"<!DOCTYPE" in raw:
        raise breach("xml.doctype", line=raw[: raw.index(b"<!DOCTYPE")].count(b"\n") + 1)
    if raw.count(b"<") - raw.count(b"</") - raw.count(b"<?") > limits.elements_max:
        raise breach("xml.too-many-elements", limit=limits.elements_max)
    for number, found in enumerate(_NAMESPACE.finditer(raw), start=1):
        if number > limits.namespaces_max:
            raise breach("xml.too-many-namespaces", limit=limits.namespaces_max)
        uri = found.group(1) or found.group(2) or b""
        if uri and not _ABSOLUTE.fullmatch(uri):
            line = raw.count(b"\n", 0, found.start(1)) + 1 if found.group(1) else 1
            raise breach("xml.relative-namespace", line=line)


# ------------------------------------------------------------------ after parsing


@cache
def _shape(limits: Limits) -> tuple[tuple[str, int, etree.XPath], ...]:
    """Return what the tree must not hold, as paths that run at the speed of libxml2."""
    deep = "/*" * (limits.depth_max + 1)
    table = (
        ("xml.comment", 0, "//comment()"),
        ("xml.processing-instruction", 0, "//processing-instruction()"),
        ("xml.xinclude", 0, "//xi:*"),
        ("xml.base", 0, "//*[@xml:base]"),
        ("xml.too-deep", limits.depth_max, deep),
        ("xml.too-many-attributes", limits.attributes_max, f"//@*[{limits.attributes_max + 1}]/.."),
        ("xml.text-too-long", limits.text_max, f"//*[text()[string-length() > {limits.text_max}]]"),
    )
    return tuple(
        (code, limit, etree.XPath(f"({path})[1]", namespaces=_XINCLUDE))
        for code, limit, path in table
    )


_IDS = etree.XPath("//@Id", smart_strings=False)
_ALL_TEXT = etree.XPath("string(/)", smart_strings=False)
_ATTRIBUTES = etree.XPath("//@*", smart_strings=False)


def _has_long_stretch(raw: bytes, limits: Limits) -> bool:
    """Tell whether a text may be too long: it would fill one of these windows without a tag."""
    window = limits.text_max // 2
    starts = range(0, len(raw) - limits.text_max, window)
    return b"<!" in raw or any(raw.find(b"<", at, at + window) < 0 for at in starts)


_POSSIBLE: Mapping[str, Callable[[bytes, Limits], bool]] = {
    "xml.comment": lambda raw, _: b"<!--" in raw,
    "xml.processing-instruction": lambda raw, _: (
        raw.count(b"<?") > (1 if _WRITTEN_DECLARATION.match(raw) else 0)
    ),
    # No other spelling of a namespace gets past ``check_tags``.
    "xml.xinclude": lambda raw, _: _XINCLUDE["xi"].encode() in raw,
    "xml.base": lambda raw, _: b"xml:base" in raw,
    "xml.text-too-long": _has_long_stretch,
}
"""Cheap looks at the bytes that tell which breaches a document may hold: most hold none."""


def _possible(code: str, raw: bytes, limits: Limits) -> bool:
    return code not in _POSSIBLE or _POSSIBLE[code](raw, limits)


def find_breaches(raw: bytes, root: Element, limits: Limits) -> Iterator[Finding]:
    """Find what the tree must not hold."""
    tree = root.getroottree()
    for code, limit, path in _shape(limits):
        for node in path(tree) if _possible(code, raw, limits) else ():
            yield Finding(
                code=code,
                severity=Severity.FATAL,
                line=node.sourceline,
                pointer=pointer.spell(node) if isinstance(node.tag, str) else "",
                args=(("limit", str(limit)),) if limit else (),
            )
    ids = _IDS(tree) if b"Id" in raw else []
    if len(ids) != len(set(ids)):
        repeated = next(value for value in ids if ids.count(value) > 1)
        yield Finding(code="xml.duplicate-id", severity=Severity.FATAL, value=repeated)


def find_hidden_text(raw: bytes, root: Element) -> Iterator[Finding]:
    """Find text that is not what it looks like; the common, clean case looks at bytes alone."""
    if _written_plainly(raw) or _read_plainly(root):
        return
    for node in root.iter(etree.Element):
        parts = [node.text, *node.attrib.values(), *(child.tail for child in node)]
        for code, plain in (("xml.not-nfc", _is_nfc), ("xml.hidden-character", _shows)):
            wrong = next((part for part in parts if part and not plain(part)), None)
            if wrong is not None:
                yield Finding(code=code, pointer=pointer.spell(node), line=node.sourceline)


def _written_plainly(raw: bytes) -> bool:
    """Tell whether no text can differ from what it looks like, whatever the tags around it.

    A part of a text in NFC is in NFC itself. Only a reference, or markup that vanishes in parsing,
    can put characters side by side that do not stand so in the bytes.
    """
    if b"&#" in raw or b"<!" in raw or _MARK_BEFORE_LETTER.search(raw):
        return False
    bare = raw.removeprefix(_BOM)
    text = bare.decode("utf-8")
    shows = not any(one in bare for one in _HIDDEN_BEGINNINGS) or _shows(text)
    return shows and _is_nfc(text)


def _read_plainly(root: Element) -> bool:
    tree = root.getroottree()
    everything = [_ALL_TEXT(tree), *_ATTRIBUTES(tree)]
    return all(text.isascii() or _plain(text) for text in everything)


def _is_nfc(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def _shows(text: str) -> bool:
    return _HIDDEN.search(text) is None


def _plain(text: str) -> bool:
    return _is_nfc(text) and _shows(text)
