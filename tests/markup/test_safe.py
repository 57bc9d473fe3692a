"""The closed parser: what it takes, and every way to leave the one shape."""

import gzip
from dataclasses import replace

import pytest
from lxml import etree

from gateway.domain.finding import Refusal
from gateway.markup import safe
from gateway.markup.safe import STANDARD, Limits

D = b'<Declaration xmlns="urn:fullroute:declaration:1">'
END = b"</Declaration>"
XML = b'<?xml version="1.0" encoding="UTF-8"?>'


def wrapped(content):
    return D + (content if isinstance(content, bytes) else content.encode()) + END


def codes(raw, limits=STANDARD, parse=safe.parse):
    try:
        parse(raw, limits)
    except Refusal as refusal:
        return tuple(finding.code for finding in refusal.findings)
    return ()


ACCEPTED = {
    "plain": wrapped("<ID>1</ID>"),
    "declared UTF-8": XML + wrapped("<ID>1</ID>"),
    "declared utf8 in small letters": b"<?xml version='1.0' encoding='utf-8'?>" + wrapped(""),
    "declared without an encoding": b'<?xml version="1.0"?>' + wrapped(""),
    "standalone": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + wrapped(""),
    "byte order mark": b"\xef\xbb\xbf" + XML + wrapped("<ID>桂A8D217</ID>"),
    "three scripts": wrapped("<Name>重庆</Name><Name>Hữu Nghị</Name><Name>Chongqing</Name>"),
    "character references": wrapped("<Name>&#x91CD;&#24198; &amp; &lt;</Name>"),
    "marked section": wrapped("<Name><![CDATA[a < b]]></Name>"),
    "empty default namespace": b'<a xmlns=""/>',
    "attribute that looks like a comment end": wrapped('<ID a="--&gt;">1</ID>'),
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=ACCEPTED)
def test_the_one_shape_is_accepted(raw):
    assert codes(raw) == ()


BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><a>&a8;</a>"
)

REFUSED = {
    "nothing": (b"", "xml.empty"),
    "white space only": (b" \n\t", "xml.empty"),
    "not XML": (b"LRN;1;2;3", "xml.malformed"),
    "unclosed": (b"<a><b></a>", "xml.malformed"),
    "two roots": (b"<a/><b/>", "xml.malformed"),
    "repeated attribute": (b'<a x="1" x="2"/>', "xml.malformed"),
    "undeclared prefix": (b"<x:a/>", "xml.malformed"),
    "unknown entity": (b"<a>&secret;</a>", "xml.malformed"),
    "control character": (b"<a>\x01</a>", "xml.malformed"),
    "gzip": (gzip.compress(wrapped("")), "xml.not-utf8"),
    "UTF-16 with mark": ("<a/>".encode("utf-16"), "xml.not-utf8"),
    "UTF-16 without mark": ("<a/>".encode("utf-16-be"), "xml.not-utf8"),
    "UTF-32": ("<a/>".encode("utf-32"), "xml.not-utf8"),
    "Latin-1 bytes": (b"<a>\xe9</a>", "xml.not-utf8"),
    "declared Latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "xml.not-utf8"),
    "declared UTF-7": (
        b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-script+AD4-</a>',
        "xml.not-utf8",
    ),
    "declared UTF-16 in ASCII bytes": (
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        "xml.not-utf8",
    ),
    "declared GB18030": (b'<?xml version="1.0" encoding="GB18030"?><a/>', "xml.not-utf8"),
    "EBCDIC": ("<a>é</a>".encode("cp500"), "xml.not-utf8"),
    "overlong UTF-8": (b"<a>\xc0\xbc</a>", "xml.not-utf8"),
    "surrogate in UTF-8": (b"<a>\xed\xa0\x80</a>", "xml.not-utf8"),
    "XML 1.1": (b'<?xml version="1.1" encoding="UTF-8"?><a/>', "xml.version"),
    "empty DOCTYPE": (b"<!DOCTYPE a><a/>", "xml.doctype"),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>', "xml.doctype"),
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "xml.doctype",
    ),
    "parameter entity": (
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        "xml.doctype",
    ),
    "billion laughs": (BOMB, "xml.doctype"),
    "attribute defaults": (b"<!DOCTYPE a [<!ATTLIST a x CDATA 'y'>]><a/>", "xml.doctype"),
    "comment in the root": (wrapped("<!-- x -->"), "xml.comment"),
    "comment before the root": (b"<!-- x -->" + wrapped(""), "xml.comment"),
    "comment after the root": (wrapped("") + b"<!-- x -->", "xml.comment"),
    "comment inside a value": (wrapped("<ID>12<!-- -->34</ID>"), "xml.comment"),
    "processing instruction": (wrapped("<?php x?>"), "xml.processing-instruction"),
    "stylesheet instruction": (
        b'<?xml-stylesheet href="x.xsl"?>' + wrapped(""),
        "xml.processing-instruction",
    ),
    "XInclude": (
        wrapped('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
        "xml.xinclude",
    ),
    "xml:base": (wrapped('<ID xml:base="http://127.0.0.1/">1</ID>'), "xml.base"),
    "relative namespace": (b'<a xmlns="declaration"/>', "xml.relative-namespace"),
    "relative namespace on a prefix": (b"<a xmlns:b='../b'/>", "xml.relative-namespace"),
    "namespace spelled with references": (
        b'<a xmlns="urn&#x3a;b"/>',
        "xml.relative-namespace",
    ),
    "namespace hidden behind text": (
        b"<a title=\" xmlns='u:\"><b xmlns:x='rel'/></a>",
        "xml.relative-namespace",
    ),
    "repeated Id": (wrapped('<a Id="x"/><b Id="x"/>'), "xml.duplicate-id"),
    "decomposed accent": (wrapped("<Name>Hu\u031b\u0303u</Name>"), "xml.not-nfc"),
    "decomposed by reference": (wrapped("<Name>u&#x31b;</Name>"), "xml.not-nfc"),
    "right-to-left override": (wrapped("<ID>12H\u202e43710</ID>"), "xml.hidden-character"),
    "isolate": (wrapped("<ID>\u2066x\u2069</ID>"), "xml.hidden-character"),
    "zero-width space in a plate": (wrapped("<ID>桂A\u200b8D217</ID>"), "xml.hidden-character"),
    "zero-width joiner by reference": (wrapped("<ID>a&#x200d;b</ID>"), "xml.hidden-character"),
    "byte order mark inside": (wrapped("<ID>a\ufeffb</ID>"), "xml.hidden-character"),
    "hidden in an attribute": (wrapped('<ID a="\u200b">1</ID>'), "xml.hidden-character"),
    "hidden in a tail": (wrapped("<ID>1</ID>\u200b"), "xml.hidden-character"),
    "C1 control": (wrapped("<ID>a\u0085b</ID>"), "xml.hidden-character"),
    "nested far beyond libxml2": (b"<a>" * 5000 + b"</a>" * 5000, "xml.beyond-limits"),
}


@pytest.mark.parametrize(("raw", "code"), REFUSED.values(), ids=REFUSED)
def test_every_breach_has_its_code(raw, code):
    assert code in codes(raw)


LIMITS = {
    "bytes": ("bytes_max", 60, lambda n: b"<a>" + b"x" * (n - 7) + b"</a>", "xml.too-large"),
    "depth": ("depth_max", 5, lambda n: b"<a>" * n + b"</a>" * n, "xml.too-deep"),
    "elements": ("elements_max", 9, lambda n: b"<a>" + b"<b/>" * (n - 1) + b"</a>", "elements"),
    "attributes": (
        "attributes_max",
        4,
        lambda n: b"<a " + b" ".join(b'x%d="1"' % i for i in range(n)) + b"/>",
        "xml.too-many-attributes",
    ),
    "namespaces": (
        "namespaces_max",
        3,
        lambda n: b"<a " + b" ".join(b'xmlns:x%d="urn:%d"' % (i, i) for i in range(n)) + b"/>",
        "xml.too-many-namespaces",
    ),
    "text": ("text_max", 10, lambda n: b"<a>" + b"x" * n + b"</a>", "xml.text-too-long"),
}


@pytest.mark.parametrize(("limit", "most", "make", "code"), LIMITS.values(), ids=LIMITS)
def test_at_the_limit_and_one_past_it(limit, most, make, code):
    limits = replace(Limits(), **{limit: most})
    assert codes(make(most), limits) == ()
    found = codes(make(most + 1), limits)
    assert found
    assert all(code in one for one in found)


@pytest.mark.parametrize(
    "raw",
    [
        b"<a>" + b"<b/>" * 2_000_000 + b"</a>",
        b"<a " + b" ".join(b'xmlns:n%d="urn:n"' % n for n in range(50_000)) + b"/>",
        b"<a>" + b"x" * 11_000_000 + b"</a>",
    ],
    ids=["elements", "namespaces", "text"],
)
def test_what_is_too_much_is_refused_before_it_is_parsed(raw):
    assert codes(raw)


def test_findings_point_at_the_place():
    raw = wrapped("\n<Party>\n<ID>1</ID><ID>a\u200bb</ID></Party>")
    with pytest.raises(Refusal) as caught:
        safe.parse(raw)
    finding = caught.value.findings[0]
    assert (finding.pointer, finding.line) == ("/Declaration/Party/ID[2]", 3)


def test_a_malformed_document_is_not_quoted():
    with pytest.raises(Refusal) as caught:
        safe.parse(b"<a><secret-name></other-secret></a>")
    assert "secret" not in str(caught.value.findings)


def test_all_breaches_of_shape_are_told_at_once():
    raw = wrapped('<?x y?><!-- z --><ID xml:base="http://a/">1</ID>')
    assert set(codes(raw)) == {"xml.comment", "xml.processing-instruction", "xml.base"}


def test_foreign_formats_lose_their_comments_and_nothing_else():
    raw = b"<!-- 1 --><a>12<!-- 2 -->34</a>"
    assert safe.parse_foreign(raw).text == "1234"
    assert codes(b"<a><?x y?></a>", parse=safe.parse_foreign) == ("xml.processing-instruction",)
    assert codes(b"<!DOCTYPE a><a/>", parse=safe.parse_foreign) == ("xml.doctype",)


def test_the_parsed_tree_is_what_was_sent():
    raw = wrapped("<Name>  重庆 &amp; \n</Name>")
    assert etree.tostring(safe.parse(raw), encoding="unicode").encode() == raw


@pytest.mark.parametrize("raw", [b"%PDF-1.4 x", b"LRN;1;2;3", b"[]"])
def test_what_is_no_xml_at_all_is_not_called_empty(raw):
    with pytest.raises(Refusal) as refused:
        safe.parse(raw, safe.STANDARD)
    (finding,) = refused.value.findings
    assert dict(finding.args)["reason"] == "it does not begin with a tag"
