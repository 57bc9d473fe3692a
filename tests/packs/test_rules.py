"""Rules: the subset, its findings, its refusals; lxml's own Schematron is the oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, isoschematron

from gateway.domain.finding import Refusal, Severity
from gateway.markup import pointer, safe
from gateway.packs.codelists import read_codelist
from gateway.packs.rules import compile_rules

SCH = "http://purl.oclc.org/dsdl/schematron"
LISTS = {
    "units": read_codelist(
        b"code,to,name_en,name_zh,name_vi,valid_from,valid_to,source,status\n"
        b"KGM,035,kilogram,x,x,,,s,confirmed\n",
        "codelists/units.csv",
    )
}


def check_of(kind, code, test, flag="error", languages=("en", "zh", "vi")):
    names = " ".join(f"{code}.{language}" for language in languages)
    return f'<{kind} id="{code}" flag="{flag}" test="{test}" diagnostics="{names}"/>'


def diagnostics(*codes, languages=("en", "zh", "vi"), text="Wrong: {value}. || Mend it."):
    inside = "".join(
        f'<diagnostic id="{code}.{language}" xml:lang="{language}">{text}</diagnostic>'
        for code in codes
        for language in languages
    )
    return f"<diagnostics>{inside}</diagnostics>"


def schema(patterns, *codes, top="", texts=None):
    told = diagnostics(*codes) if texts is None else texts
    return (
        f'<schema xmlns="{SCH}" queryBinding="xslt"><ns prefix="t" uri="urn:t"/>{top}{patterns}'
        f"{told}</schema>"
    )


def rule(context, *inside):
    return f'<rule context="{context}">{"".join(inside)}</rule>'


def pattern(*rules):
    return f"<pattern>{''.join(rules)}</pattern>"


def compiled(text):
    return compile_rules({"rules/x.sch": text.encode()}, "rules/x.sch", LISTS)


def one(context, test, kind="assert", **more):
    return compiled(schema(pattern(rule(context, check_of(kind, "x.y", test, **more))), "x.y"))


DOC = safe.parse(
    b"""<t:R xmlns:t="urn:t" kind="a">
  <t:Total>10.3</t:Total>
  <t:Item n="1"><t:Mass>0.1</t:Mass><t:Unit>KGM</t:Unit></t:Item>
  <t:Item n="2"><t:Mass>10.2</t:Mass><t:Unit>XXX</t:Unit></t:Item>
</t:R>"""
)


def told(rules):
    return [(finding.code, finding.pointer) for finding in rules.check(DOC, "pack@1")]


def test_an_assert_that_fails_is_a_finding():
    found = one("t:Item", "t:Unit = 'KGM'").check(DOC, "pack@1")
    assert [(f.code, f.pointer, f.line, f.severity, f.source) for f in found] == [
        ("x.y", "/R/Item[2]", 4, Severity.ERROR, "pack@1")
    ]


def test_a_report_that_fires_is_a_finding_and_a_flag_its_severity():
    found = one("t:Unit", ". = 'XXX'", kind="report", flag="warning").check(DOC, "pack@1")
    assert [(f.severity, f.value) for f in found] == [(Severity.WARNING, "XXX")]


CONTEXTS = {
    "relative": ("t:Item", 2),
    "from the root": ("/t:R/t:Item", 2),
    "anywhere": ("//t:Mass", 2),
    "union": ("t:Mass | /t:R/t:Total", 3),
    "predicate": ("t:Item[t:Unit = 'XXX']", 1),
    "predicate with a bar": ("t:Item[t:Unit = '|' or t:Mass | t:Unit]", 2),
    "position among siblings": ("t:Item[2]", 1),
    "attribute in a predicate": ("t:Item[@n = 1]", 1),
    "any element": ("*", 8),
    "root": ("/t:R", 1),
    "no match": ("t:None", 0),
}


@pytest.mark.parametrize(("context", "count"), CONTEXTS.values(), ids=CONTEXTS)
def test_contexts_match_as_patterns_do(context, count):
    rules = one(context, "false()")
    assert len(rules.check(DOC, "")) == count
    assert len(oracle_of(one_text(context, "false()"), DOC)) == count


def one_text(context, test):
    return schema(pattern(rule(context, check_of("assert", "x.y", test))), "x.y")


def test_the_first_rule_that_matches_takes_the_node():
    rules = compiled(
        schema(
            pattern(
                rule("t:Item[@n = 1]", check_of("assert", "a.a", "false()")),
                rule("t:Item", check_of("assert", "b.b", "false()")),
            )
            + pattern(rule("t:Item", check_of("assert", "c.c", "false()"))),
            "a.a",
            "b.b",
            "c.c",
        )
    )
    assert set(told(rules)) == {
        ("a.a", "/R/Item[1]"),
        ("b.b", "/R/Item[2]"),
        ("c.c", "/R/Item[1]"),
        ("c.c", "/R/Item[2]"),
    }


NAMED = {
    "one of several": ("t:F[@name = 'a' or @name = 'b']", 2),
    "none that is there": ("t:F[@name = 'x' or @name = 'y']", 0),
    "a name and more": ("t:F[@name = 'a'][. = '1']", 1),
    "a name that must not be": ("t:R[not(t:F[@name = 'x'])]", 1),
    "beside one without a name": ("t:F[@name = 'x'] | t:G", 1),
    "below another": ("t:F[@name = 'b']/t:G", 1),
    "part of another name": ("t:F[@name = 'a' or @name = 'ab']", 1),
}


@pytest.mark.parametrize(("context", "count"), NAMED.values(), ids=NAMED)
def test_contexts_by_name(context, count):
    doc = safe.parse(
        b"<t:R xmlns:t='urn:t'><t:F name='a'>1</t:F><t:F name='b'><t:G/></t:F>"
        b"<t:F name='b b'/></t:R>"
    )
    assert len(one(context, "false()").check(doc, "")) == count
    assert len(oracle_of(one_text(context, "false()"), doc)) == count


def test_a_variable_of_a_pattern_hides_that_of_the_file():
    text = schema(
        '<pattern><let name="most" value="0"/>'
        + rule("t:Total", check_of("assert", "a.a", "$most = 0"))
        + "</pattern>"
        + pattern(rule("t:Total", check_of("assert", "b.b", "$most = 0"))),
        "a.a",
        "b.b",
        top='<let name="most" value="1"/>',
    )
    assert told(compiled(text)) == [("b.b", "/R/Total")]


def test_variables_of_schema_pattern_and_rule():
    text = schema(
        '<pattern><let name="items" value="//t:Item"/>'
        + rule(
            "t:Item",
            '<let name="mass" value="number(t:Mass)"/>',
            '<let name="own" value="t:Unit"/>',
            check_of("assert", "x.y", "$mass &lt; $most and count($items) = 2 and $own"),
        )
        + "</pattern>",
        "x.y",
        top='<let name="most" value="number(/t:R/t:Total) - 5"/>',
    )
    found = compiled(text).check(DOC, "")
    assert [finding.pointer for finding in found] == ["/R/Item[2]"]
    assert found[0].args == (("mass", "10.2"), ("own", "XXX"))


FUNCTIONS = {
    "exact sum": ("/t:R", "fr:sum-equals(t:Item/t:Mass, t:Total)", True),
    "doubles would say otherwise": ("/t:R", "sum(t:Item/t:Mass) = 10.3", False),
    "sum of nothing is nought": ("/t:R", "fr:sum-equals(t:None, 0)", True),
    "another total": ("/t:R", "fr:sum-equals(t:Item/t:Mass, '10.31')", False),
    "no number": ("/t:R", "fr:sum-equals(t:Item/t:Unit, t:Total)", False),
    "no total": ("/t:R", "fr:sum-equals(t:Item/t:Mass, t:None)", False),
    "in a list by our code": ("t:Item[1]", "fr:in-list('units', t:Unit)", True),
    "in a list by theirs": ("/t:R", "fr:in-list('units', '035')", True),
    "not in the list": ("t:Item[2]", "fr:in-list('units', t:Unit)", False),
    "empty is in no list": ("/t:R", "fr:in-list('units', '')", False),
    "unknown list": ("/t:R", "fr:in-list('none', 'KGM')", False),
    "USCC": ("/t:R", "fr:valid-id('USCC', '91110000600037341L')", True),
    "USCC, wrong check": ("/t:R", "fr:valid-id('USCC', '91110000600037342L')", False),
    "MST": ("/t:R", "fr:valid-id('MST', '0100112437')", True),
    "MST, wrong check": ("/t:R", "fr:valid-id('MST', '0100112438')", False),
    "container": ("/t:R", "fr:valid-id('ISO6346', 'CSQU3054383')", True),
    "container, wrong check": ("/t:R", "fr:valid-id('ISO6346', 'CSQU3054384')", False),
    "container with spaces": ("/t:R", "fr:valid-id('ISO6346', 'CSQU 305438 3')", False),
    "unknown scheme": ("/t:R", "fr:valid-id('XXX', '1')", False),
}


@pytest.mark.parametrize(("context", "test", "holds"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions(context, test, holds):
    assert (told(one(context, test)) == []) is holds


@given(st.lists(st.decimals(0, 10**9, places=3), max_size=30))
def test_sums_are_exact(numbers):
    items = "".join(f"<t:Item><t:Mass>{number:f}</t:Mass></t:Item>" for number in numbers)
    total = format(sum(numbers), "f") if numbers else "0"
    doc = safe.parse(f'<t:R xmlns:t="urn:t"><t:Total>{total}</t:Total>{items}</t:R>'.encode())
    assert one("/t:R", "fr:sum-equals(t:Item/t:Mass, t:Total)").check(doc, "") == ()


REFUSED = {
    "abstract rule": ('<pattern><rule abstract="true" id="r"/></pattern>', "rule/@abstract"),
    "extends": (pattern(rule("t:R", '<extends rule="r"/>')), "extends"),
    "include": ('<include href="/etc/passwd"/>', "include"),
    "phase": ('<phase id="p"/>', "phase"),
    "value-of": (
        pattern(
            rule("t:R", '<assert id="x.y" flag="error" test="1"><value-of select="."/></assert>')
        ),
        "value-of",
    ),
    "XSLT": ('<xsl:key xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>', "key"),
    "is-a": ('<pattern is-a="x"/>', "pattern/@is-a"),
    "subject": (pattern(rule("t:R", '<assert subject="." test="1"/>')), "assert/@subject"),
    "document()": (pattern(rule("t:R", check_of("assert", "x.y", "document('a')"))), "document()"),
    "current()": (pattern(rule("t:R", check_of("assert", "x.y", "current()"))), "current()"),
    "key()": (pattern(rule("t:R", check_of("assert", "x.y", "key('a', 1)"))), "key()"),
    "an unknown function of ours": (
        pattern(rule("t:R", check_of("assert", "x.y", "fr:now()"))),
        "fr:now()",
    ),
    "an extension function": (
        pattern(rule("t:R", check_of("assert", "x.y", "date:date()"))),
        "date:date()",
    ),
    "a function in a variable": (
        pattern(rule("t:R", '<let name="a" value="document(&quot;x&quot;)"/>')),
        "document()",
    ),
    "a function in a context": (
        pattern(rule("t:R[document('x')]", check_of("assert", "x.y", "1"))),
        "document()",
    ),
    "attribute as context": (pattern(rule("t:Item/@n", check_of("assert", "x.y", "1"))), "@n"),
    "text as context": (pattern(rule("text()", check_of("assert", "x.y", "1"))), "text()"),
    "empty context": (pattern(rule("", check_of("assert", "x.y", "1"))), "context"),
    "broken XPath": (pattern(rule("t:R", check_of("assert", "x.y", "a["))), "a["),
}


@pytest.mark.parametrize(("inside", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_outside_the_subset_is_refused_by_name(inside, what):
    with pytest.raises(Refusal) as caught:
        compiled(schema(inside, "x.y"))
    finding = caught.value.findings[0]
    assert finding.code == "pack.rule-not-supported"
    assert what in dict(finding.args)["what"]


def test_a_function_name_inside_a_literal_is_text():
    assert told(one("/t:R", "contains('document()', 'document(')")) == []


INCOMPLETE = {
    "no id": (
        pattern(rule("t:R", '<assert flag="error" test="1" diagnostics="x"/>')),
        None,
        "pack.rule-without-id",
    ),
    "no flag": (
        pattern(rule("t:R", '<assert id="x.y" test="1" diagnostics="x"/>')),
        None,
        "pack.rule-without-id",
    ),
    "unknown flag": (
        pattern(rule("t:R", check_of("assert", "x.y", "1", flag="fatal"))),
        None,
        "pack.rule-without-id",
    ),
    "one language missing": (
        pattern(rule("t:R", check_of("assert", "x.y", "1", languages=("en", "zh")))),
        diagnostics("x.y", languages=("en", "zh")),
        "pack.rule-without-text",
    ),
    "text not referred to": (
        pattern(rule("t:R", '<assert id="x.y" flag="error" test="1"/>')),
        None,
        "pack.rule-without-text",
    ),
    "text without a fix": (
        pattern(rule("t:R", check_of("assert", "x.y", "1"))),
        diagnostics("x.y", text="Wrong."),
        "pack.rule-without-text",
    ),
    "another language": (
        pattern(rule("t:R", check_of("assert", "x.y", "1"))),
        diagnostics("x.y", languages=("en", "zh", "fr")),
        "pack.rule-without-text",
    ),
    "a code twice": (
        pattern(rule("t:R", check_of("assert", "x.y", "1") * 2)),
        None,
        "pack.repeated",
    ),
}


@pytest.mark.parametrize(("inside", "texts", "code"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_rules_must_be_complete(inside, texts, code):
    with pytest.raises(Refusal) as caught:
        compiled(schema(inside, "x.y", texts=texts))
    assert caught.value.findings[0].code == code


def test_a_rule_that_cannot_be_evaluated_passes_nothing():
    rules = one("/t:R", "$nowhere")
    with pytest.raises(Refusal, match=r"pack\.rule-failed"):
        rules.check(DOC, "")


def test_texts_are_those_of_the_file():
    texts = compiled(one_text("t:R", "1")).texts
    assert (
        texts["vi"]["x.y"].message,
        texts["vi"]["x.y"].fix,
    ) == ("Wrong: {value}.", "Mend it.")


# ------------------------------------------------------------------ the oracle


def oracle_of(text, doc):
    """Return (code, place) of everything lxml's Schematron reports."""
    root = etree.fromstring(text.encode())
    validator = isoschematron.Schematron(root, store_report=True)
    validator.validate(doc.getroottree())
    found = validator.validation_report.xpath(
        "//s:failed-assert | //s:successful-report",
        namespaces={"s": "http://purl.oclc.org/dsdl/svrl"},
    )
    places = []
    for one_found in found:
        node = doc.getroottree().xpath(one_found.get("location"))[0]
        places.append((one_found.get("id"), pointer.spell(node)))
    return sorted(places)


def ours_of(text, doc):
    """Return (code, place) of everything we report."""
    return sorted((one.code, one.pointer) for one in compiled(text).check(doc, ""))


contexts = st.sampled_from(
    [
        "t:a",
        "t:b",
        "*",
        "/t:a",
        "t:a/t:b",
        "t:a//t:c",
        "t:b[t:c]",
        "t:a | t:c",
        "t:b[2]",
        "t:*[@k]",
        "t:b[last()]",
        "t:b[count(t:c)]",
        "t:b[not(t:c)]",
        "t:c[@k = 1]/t:b",
        "t:a[t:b[2] or @k]",
        "t:b[position() = 1]/t:a",
        "t:b[@k][2]",
        "t:c[string-length(@k)]",
        "t:b[t:c[1]] | t:c[2]",
    ]
)
lets = [
    '<let name="many" value="count(*)"/>',
    '<let name="mine" value="string(@k)"/>',
    '<let name="next" value="$many + 1"/>',
    '<let name="same" value="t:*[@k = $mine]"/>',
]
tests = st.sampled_from(
    [
        "@k",
        "t:c",
        "count(*) &gt; 1",
        "not(t:b)",
        "@k = 1",
        ". = 'x'",
        "../t:b",
        "t:c[last()]",
        "$many &gt; 1",
        "$next = 3",
        "$mine = t:b/@k",
        "t:b[@k = $mine]",
        "$same",
        "$same[@k = 2]",
        "t:c[count(*) = $many]",
        "$mine = '$many' or t:a",
        "count($same) = $next",
    ]
)


@st.composite
def schemas(draw):
    number = iter(range(100))
    codes, patterns = [], []
    for _ in range(draw(st.integers(1, 2))):
        rules = []
        for _ in range(draw(st.integers(1, 3))):
            checks = []
            for _ in range(draw(st.integers(1, 2))):
                code = f"x.n{next(number)}"
                codes.append(code)
                kind = draw(st.sampled_from(["assert", "report"]))
                checks.append(check_of(kind, code, draw(tests)))
            rules.append(rule(draw(contexts), *lets, *checks))
        patterns.append(pattern(*rules))
    return schema("".join(patterns), *codes)


def _element(draw, depth):
    node = etree.Element("{urn:t}" + draw(st.sampled_from("abc")), nsmap={"t": "urn:t"})
    if key := draw(st.sampled_from(["", "1", "2"])):
        node.set("k", key)
    node.text = draw(st.sampled_from([None, "x", "y"]))
    if depth:
        node.extend([_element(draw, depth - 1) for _ in range(draw(st.integers(0, 3)))])
    return node


@st.composite
def documents(draw):
    return safe.parse(etree.tostring(_element(draw, 3)))


@settings(max_examples=100, deadline=None)
@given(schemas(), documents())
def test_the_oracle_agrees(text, doc):
    assert ours_of(text, doc) == oracle_of(text, doc)
