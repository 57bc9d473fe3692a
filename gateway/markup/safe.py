"""One closed parser, and closed compilers for schemas and stylesheets.

What we are asked to trust has one shape (DESIGN 5.6): UTF-8, no DOCTYPE, no comments, no processing
instructions, no XInclude, no ``xml:base``, no relative namespace, own limits, and text that means
what it shows (NFC, no bidirectional or zero-width controls). Each breach has its own code. This
module is the only one that may construct an lxml parser, schema or stylesheet; each is built from
bytes given by the caller and resolves nothing outside them.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lxml import etree

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import shape
from gateway.markup.tree import DECLARATION, Element, name, namespace

if TYPE_CHECKING:
    from gateway.markup.explain import Explainer

Limits = shape.Limits
STANDARD = shape.STANDARD


def _parser(*, drop_comments: bool = False) -> etree.XMLParser:
    """Return a fresh parser: parsers carry state, and sharing one between threads locks."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=drop_comments,
        remove_pis=False,
        strip_cdata=True,
        collect_ids=False,
    )


_REASONS = {"ERR_DOCUMENT_EMPTY": "it does not begin with a tag"}
"""In our own words where libxml2's would mislead: it calls a PDF empty."""


def _parsed(raw: bytes, *, drop_comments: bool) -> Element:
    try:
        return etree.fromstring(raw, _parser(drop_comments=drop_comments))
    except etree.XMLSyntaxError as error:
        # The type of the error, never its message: a message may repeat parts of the document.
        entry = error.error_log.last_error
        kind = entry.type_name if entry is not None else "ERR_DOCUMENT_EMPTY"
        reason = _REASONS.get(kind) or kind.removeprefix("ERR_").replace("_", " ").lower()
        code = "xml.beyond-limits" if kind == "ERR_RESOURCE_LIMIT" else "xml.malformed"
        raise shape.breach(code, line=error.lineno or 1, reason=reason) from None


def _parse(raw: bytes, limits: Limits, *, drop_comments: bool) -> Element:
    shape.check_bytes(raw, limits)
    shape.check_tags(raw, limits)
    root = _parsed(raw, drop_comments=drop_comments)
    if root.getroottree().docinfo.internalDTD is not None:
        raise shape.breach("xml.doctype")
    _check_tree(raw, root, limits)
    return root


def _check_tree(raw: bytes, root: Element, limits: Limits) -> None:
    found = (
        tuple(shape.find_breaches(raw, root, limits))
        or tuple(shape.find_hidden_text(raw, root))[:20]
    )
    if found:
        raise Refusal(*found)


_OUR_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^<>]*>)?\s*"
    rb"<Declaration\s(?:[^<>]*\s)?xmlns\s*=\s*[\"']%b[\"']" % DECLARATION.encode()
)


def looks_like_ours(raw: bytes) -> bool:
    """Tell at a glance that ``raw`` is meant as a declaration of ours, to be parsed as one.

    What it says no to may be one all the same, spelled otherwise.
    """
    return _OUR_ROOT.match(raw) is not None


def parse(raw: bytes, limits: Limits = STANDARD) -> Element:
    """Return the root of a document of the one shape (section 3.2 of the reliability profile).

    Raises:
        Refusal: ``xml.*``, one code for each way to leave the shape.
    """
    return _parse(raw, limits, drop_comments=False)


def check_written(raw: bytes, root: Element, limits: Limits = STANDARD) -> None:
    """Refuse what :func:`parse` would not read back of a tree of our own, written as ``raw``.

    Raises:
        Refusal: ``xml.*``.
    """
    shape.check_bytes(raw, limits)
    shape.check_tags(raw, limits)
    _check_tree(raw, root, limits)


def parse_again(raw: bytes) -> Element:
    """Parse the canonical form of a document whose shape was checked before.

    Raises:
        Refusal: ``xml.malformed``, ``xml.beyond-limits``.
    """
    return _parsed(raw, drop_comments=False)


def parse_foreign(raw: bytes, limits: Limits = STANDARD) -> Element:
    """Parse a foreign format that is going to be converted: same limits, comments are dropped.

    Raises:
        Refusal: ``xml.*``.
    """
    return _parse(raw, limits, drop_comments=True)


def parse_part(raw: bytes, limits: Limits) -> Element:
    """Parse a part of a package (a sheet of a workbook): it is looked into, never trusted.

    Raises:
        Refusal: ``xml.*``: no UTF-8, a DOCTYPE, too large, not well-formed.
    """
    shape.check_bytes(raw, limits)
    shape.check_tags(raw, limits)
    return _parsed(raw, drop_comments=True)


# ------------------------------------------------------------------ compiling


class _OnlyThese(etree.Resolver):
    """Answers from the given files; anything else ends the compilation."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.outside = ""

    def resolve(
        self,
        system_url: str | None,
        public_id: str | None,
        context: Any,  # noqa: ANN401 - lxml's types of it exist in its stubs alone
    ) -> Any:  # noqa: ANN401 - as above
        """Give the file of that name; ``public_id`` is never followed."""
        del public_id
        url = system_url or ""
        path = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or path not in self._files:
            self.outside = self.outside or url
            raise _pack_refusal("pack.outside", path, url)
        return self.resolve_string(self._files[path], context, base_url=url)


_SCHEME = "pack:/"


def _source(files: Mapping[str, bytes], main: str) -> tuple[Element, _OnlyThese]:
    """Parse one of our own files; comments stay, DOCTYPE and foreign encodings are refused."""
    if main not in files:
        raise _pack_refusal("pack.missing-file", main)
    raw = files[main]
    try:
        shape.check_bytes(raw, STANDARD)
        shape.check_tags(raw, Limits(namespaces_max=1000))
        resolver = _OnlyThese(files)
        parser = _parser(drop_comments=True)
        parser.resolvers.add(resolver)
        return etree.fromstring(raw, parser, base_url=_SCHEME + main), resolver
    except etree.XMLSyntaxError as error:
        raise _pack_refusal("pack.not-xml", main, str(error.msg), error.lineno) from None
    except Refusal as refusal:
        reason = ", ".join(finding.code for finding in refusal.findings)
        raise _pack_refusal("pack.not-xml", main, reason) from None


def parse_own(files: Mapping[str, bytes], main: str) -> Element:
    """Return the root of an XML file of our own, such as a rule file.

    Raises:
        Refusal: ``pack.missing-file``, ``pack.not-xml``.
    """
    return _source(files, main)[0]


def _pack_refusal(code: str, file: str, reason: str = "", line: int | None = None) -> Refusal:
    return Refusal(
        Finding(
            code=code,
            severity=Severity.FATAL,
            value=file,
            line=line,
            args=(("file", file), ("reason", reason)),
        )
    )


def _line(error: etree.LxmlError, main: str) -> int | None:
    """Return the line of the first complaint about ``main`` itself; 0 means libxml2 knew none."""
    entries = (one for one in error.error_log if one.filename == _SCHEME + main)
    return next((one.line for one in entries if one.line), None)


class Schema:
    """A compiled XSD 1.0 schema. Not for two threads at once: its error log is its own."""

    def __init__(self, compiled: etree.XMLSchema, files: Mapping[str, bytes], main: str) -> None:
        self._compiled = compiled
        self._files = files
        self._main = main

    @cached_property
    def _explainer(self) -> "Explainer":
        """Who tells what is wrong: loaded with xmlschema when something first is."""
        from gateway.markup.explain import Explainer  # noqa: PLC0415 - a quarter of a second

        return Explainer(lambda path: parse_own(self._files, path), self._main)

    def holds(self, tree: Element) -> bool:
        """Tell whether a document is valid."""
        return bool(self._compiled.validate(tree))

    def check(self, tree: Element) -> tuple[Finding, ...]:
        """Return what is wrong, at most ``explain.FINDINGS_MAX``; empty when valid.

        libxml2 decides; only what it refused is run again through xmlschema, which explains.
        """
        if self._compiled.validate(tree):
            return ()
        log = tuple(self._compiled.error_log)
        return self._explainer.findings(tree, log)


def compile_schema(files: Mapping[str, bytes], main: str) -> Schema:
    """Compile the schema at path ``main`` of ``files``; includes resolve inside ``files`` only.

    Raises:
        Refusal: ``pack.outside``, ``pack.not-xml``, ``pack.schema-broken``.
    """
    root, resolver = _source(files, main)
    try:
        compiled = etree.XMLSchema(root)
    except etree.XMLSchemaParseError as error:
        if resolver.outside:
            raise _pack_refusal("pack.outside", main, resolver.outside) from None
        raise _pack_refusal("pack.schema-broken", main, str(error), _line(error, main)) from None
    return Schema(compiled, files, main)


class Stylesheet:
    """A compiled XSLT 1.0 stylesheet without access to anything. Not for two threads at once."""

    def __init__(self, compiled: etree.XSLT, main: str) -> None:
        self._compiled = compiled
        self._name = main

    def apply(self, tree: Element, **params: str) -> Element:
        """Return the root of the result; every parameter is a string.

        Raises:
            Refusal: ``stylesheet.failed`` (also endless recursion and ``document()``),
                ``stylesheet.empty``.
        """
        given: dict[str, Any] = {key: etree.XSLT.strparam(value) for key, value in params.items()}
        try:
            result = self._compiled(tree, **given).getroot()
        except (etree.XSLTError, etree.XPathError) as error:
            raise _pack_refusal("stylesheet.failed", self._name, str(error)) from None
        if result is None:
            raise _pack_refusal("stylesheet.empty", self._name)
        return result


_XSL = "http://www.w3.org/1999/XSL/Transform"
_DOCUMENT_CALL = re.compile(r"(?<![\w.-])(?:document|unparsed-text)\s*\(")


_INSTRUCTIONS = frozenset(
    {"apply-imports", "apply-templates", "attribute", "attribute-set", "call-template", "choose"}
    | {"comment", "copy", "copy-of", "decimal-format", "element", "fallback", "for-each", "if"}
    | {"import", "include", "key", "message", "namespace-alias", "number", "otherwise", "output"}
    | {"param", "preserve-space", "processing-instruction", "sort", "strip-space", "stylesheet"}
    | {"template", "text", "transform", "value-of", "variable", "when", "with-param"}
)
"""XSLT 1.0, appendix B; libxslt passes over others without a word."""


def _check_stylesheet(root: Element, main: str) -> None:
    """Refuse by name what the access control would stop only when it runs."""
    for node in root.iter(etree.Element):
        if namespace(node) == _XSL and name(node) not in _INSTRUCTIONS:
            raise _pack_refusal("pack.stylesheet-broken", main, name(node), node.sourceline)
        for attribute, value in node.attrib.items():
            if attribute in ("extension-element-prefixes", f"{{{_XSL}}}extension-element-prefixes"):
                raise _pack_refusal("pack.stylesheet-extension", main, value, node.sourceline)
            if attribute == "disable-output-escaping" and value != "no":
                raise _pack_refusal("pack.stylesheet-broken", main, attribute, node.sourceline)
            if _DOCUMENT_CALL.search(value):
                raise _pack_refusal("pack.stylesheet-document", main, value, node.sourceline)


def compile_stylesheet(files: Mapping[str, bytes], main: str) -> Stylesheet:
    """Compile the stylesheet at path ``main`` of ``files``; includes resolve inside only.

    Raises:
        Refusal: ``pack.outside``, ``pack.not-xml``, ``pack.stylesheet-broken``,
            ``pack.stylesheet-document``, ``pack.stylesheet-extension``.
    """
    root, resolver = _source(files, main)
    _check_stylesheet(root, main)
    return _without_access(root, resolver, main)


def _without_access(root: Element, resolver: _OnlyThese, main: str) -> Stylesheet:
    """Compile with every access denied: the resolver rules includes, the control ``document()``."""
    try:
        compiled = etree.XSLT(
            root, access_control=etree.XSLTAccessControl.DENY_ALL, regexp=False, extensions={}
        )
    except Refusal:
        raise _pack_refusal("pack.outside", main, resolver.outside) from None
    except etree.XSLTParseError as error:
        if resolver.outside:
            raise _pack_refusal("pack.outside", main, resolver.outside) from None
        line = _line(error, main)
        raise _pack_refusal("pack.stylesheet-broken", main, str(error), line) from None
    return Stylesheet(compiled, main)
