"""Stylesheets: what compiles, what is refused, and that nothing outside the files is reachable."""

import pytest

from gateway.domain.finding import Refusal
from gateway.markup import safe

HEAD = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
OTHER = f'{HEAD}><xsl:template name="other"><other/></xsl:template></xsl:stylesheet>'.encode()


def stylesheet(body, attributes="", top=""):
    text = f'{HEAD}{attributes}>{top}<xsl:template match="/">{body}</xsl:template></xsl:stylesheet>'
    return {"project/main.xsl": text.encode(), "project/other.xsl": OTHER, "secret.xsl": OTHER}


def compiled(*parts, **named):
    return safe.compile_stylesheet(stylesheet(*parts, **named), "project/main.xsl")


def code(call):
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.findings[0].code


SOURCE = safe.parse(b"<a><b>1</b></a>")


def test_a_stylesheet_sees_its_source_and_its_parameters():
    sheet = compiled(
        '<r at="{$at}"><xsl:value-of select="/a/b"/></r>',
        top='<xsl:param name="at"/><xsl:param name="message-id"/>',
    )
    result = sheet.apply(SOURCE, **{"at": 'it\'s "now"', "message-id": "msg_1"})
    assert (result.get("at"), result.text) == ('it\'s "now"', "1")


def test_a_file_of_the_pack_can_be_included():
    sheet = compiled('<xsl:call-template name="other"/>', top='<xsl:include href="other.xsl"/>')
    assert sheet.apply(SOURCE).tag == "other"


def test_date_and_string_functions_of_exslt_are_there():
    sheet = compiled(
        "<r><xsl:value-of select=\"concat(date:year('2026-11-23'), str:padding(2, '0'))\"/></r>",
        attributes=(
            'xmlns:date="http://exslt.org/dates-and-times" xmlns:str="http://exslt.org/strings"'
        ),
    )
    assert sheet.apply(SOURCE).text == "202600"


BROKEN = {
    "include of a local file": ("<r/>", "", '<xsl:include href="/etc/passwd"/>', "pack.outside"),
    "import from the net": ("<r/>", "", '<xsl:import href="http://x/y.xsl"/>', "pack.outside"),
    "include climbing out": ("<r/>", "", '<xsl:include href="../../../x.xsl"/>', "pack.outside"),
    "include by file URL": ("<r/>", "", '<xsl:include href="file:///x.xsl"/>', "pack.outside"),
    "include of what is not there": ("<r/>", "", '<xsl:include href="no.xsl"/>', "pack.outside"),
    "document() of a file": (
        "<r><xsl:copy-of select=\"document('/etc/hostname')\"/></r>",
        "",
        "",
        "pack.stylesheet-document",
    ),
    "document() with white space": (
        "<r><xsl:copy-of select=\"document ('')\"/></r>",
        "",
        "",
        "pack.stylesheet-document",
    ),
    "exsl:document": (
        '<exsl:document href="/tmp/fullroute-must-not-exist.xml"><x/></exsl:document>',
        'xmlns:exsl="http://exslt.org/common" extension-element-prefixes="exsl"',
        "",
        "pack.stylesheet-extension",
    ),
    "unknown instruction": ("<xsl:go-to/>", "", "", "pack.stylesheet-broken"),
    "instruction of XSLT 2.0": ("<xsl:for-each-group/>", "", "", "pack.stylesheet-broken"),
    "broken XPath": ('<r><xsl:value-of select="a["/></r>', "", "", "pack.stylesheet-broken"),
    "escaping switched off": (
        '<r><xsl:value-of select="a" disable-output-escaping="yes"/></r>',
        "",
        "",
        "pack.stylesheet-broken",
    ),
}


@pytest.mark.parametrize(("body", "attributes", "top", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_a_stylesheet_may_not_do_is_refused_when_it_is_compiled(
    body, attributes, top, expected
):
    assert code(lambda: compiled(body, attributes, top)) == expected


FAILING = {
    "endless recursion": (
        '<xsl:call-template name="again"/>',
        '<xsl:template name="again"><xsl:call-template name="again"/></xsl:template>',
        "stylesheet.failed",
    ),
    "message that terminates": (
        '<xsl:message terminate="yes">no</xsl:message>',
        "",
        "stylesheet.failed",
    ),
    "unknown function": ('<r><xsl:value-of select="go-to()"/></r>', "", "stylesheet.failed"),
    "no result": ("", "", "stylesheet.empty"),
    "text only": ("text", "", "stylesheet.empty"),
}


@pytest.mark.parametrize(("body", "top", "expected"), FAILING.values(), ids=FAILING)
def test_what_goes_wrong_while_it_runs_is_a_refusal(body, top, expected):
    sheet = compiled(body, top=top)
    assert code(lambda: sheet.apply(SOURCE)) == expected


REACHING = {
    "document() of a local file": "<r><xsl:copy-of select=\"document('file://{path}')\"/></r>",
    "document() of a plain path": "<r><xsl:copy-of select=\"document('{path}')\"/></r>",
    "document() of a file of the pack": "<r><xsl:copy-of select=\"document('other.xsl')\"/></r>",
    "document() of the stylesheet": "<r><xsl:copy-of select=\"document('')\"/></r>",
    "document() from the net": "<r><xsl:copy-of select=\"document('http://x/')\"/></r>",
    "exsl:document": (
        '<exsl:document xmlns:exsl="http://exslt.org/common" href="{path}"><x/></exsl:document>'
    ),
}


@pytest.mark.parametrize("body", REACHING.values(), ids=REACHING)
def test_access_is_denied_where_the_names_were_not_looked_at(body, tmp_path):
    """The check by name speaks to authors of packs; this control is the one that counts."""
    path = tmp_path / "reached.xml"
    path.write_text("<secret/>", "utf-8")
    attributes = 'xmlns:exsl="http://exslt.org/common" extension-element-prefixes="exsl"'
    files = stylesheet(body.format(path=path), attributes)
    sheet = safe._without_access(*safe._source(files, "project/main.xsl"), "project/main.xsl")
    assert code(lambda: sheet.apply(SOURCE)) == "stylesheet.failed"
    assert path.read_text("utf-8") == "<secret/>"


def test_a_missing_file_is_named():
    assert code(lambda: safe.compile_stylesheet({}, "project/x.xsl")) == "pack.missing-file"


@pytest.mark.parametrize("raw", [b"<a", b"<!DOCTYPE a><a/>", "<a/>".encode("utf-16")])
def test_a_file_of_a_pack_must_be_clean_xml_too(raw):
    assert code(lambda: safe.compile_stylesheet({"a.xsl": raw}, "a.xsl")) == "pack.not-xml"
