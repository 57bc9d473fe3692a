"""A pack in a few lines, complete enough to break in every way."""

TOML = """
pack = "mini"
version = "2026.1"
title = "A pack for tests"
administrations = ["XA", "XB"]
zone = "Asia/Shanghai"
valid_from = 2026-01-01
aligned_to = "nothing"
source = "tests"
status = "unverified"
link = "push"
receipt = "signed"

[[switch]]
id = "first-things-first"
default = true
status = "unverified"
source = "tests"
text = "A waits for nothing, B for A."

[[procedure]]
kind = "x-export"
role = "departure"
modes = ["road"]
name = { en = "Export", zh = "出口", vi = "Xuất khẩu" }

[[procedure.number]]
kind = "entry"
placeholder = "000000"

[[message]]
type = "A"
procedure = "x-export"
role = "departure"
on = ["submitted"]
projection = "project/a.xsl"
schema = "xsd/a.xsd"
rules = ["rules/a.sch"]
maps = ["units"]
signatory = "broker"
suite = "xml"
media_type = "application/xml"

[[message]]
type = "B"
procedure = "x-export"
role = "exit"
subject = "trip"
on = ["departed"]
after = [{ message = "A", answer = "accepted", switch = "first-things-first" }]
projection = "project/b.xsl"
layout = "layouts/b.toml"
rules = ["rules/b.sch"]
signatory = "carrier"
suite = "cms"
media_type = "text/plain"
per = "administration"
deadline_hours = 24
"""

XSL = (
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
    'xmlns:p="urn:fullroute:prepared:1" exclude-result-prefixes="p">'
    '<xsl:param name="code"/><xsl:param name="id"/>'
    '<xsl:template match="/">{}</xsl:template></xsl:stylesheet>'
)
A = XSL.format(
    '<p:Messages><xsl:for-each select="/p:Prepared/p:Stop">'
    '<A xmlns="urn:a"><Name><xsl:value-of select="@name"/></Name></A></xsl:for-each></p:Messages>'
)
B = XSL.format(
    '<Job xmlns="urn:fullroute:job:1" code="BBB"><Field name="NAM">'
    '<xsl:value-of select="/p:Prepared/p:Stop/@name"/></Field></Job>'
)
XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a" '
    'elementFormDefault="qualified"><xs:element name="A"><xs:complexType><xs:sequence>'
    '<xs:element name="Name"><xs:simpleType><xs:restriction base="xs:string">'
    '<xs:maxLength value="9"/></xs:restriction></xs:simpleType></xs:element>'
    "</xs:sequence></xs:complexType></xs:element></xs:schema>"
)


def sch(prefix, uri, context, test, code):
    texts = "".join(
        f'<diagnostic id="{code}.{lang}" xml:lang="{lang}">No: {{value}} || Mend</diagnostic>'
        for lang in ("en", "zh", "vi")
    )
    return (
        '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt">'
        f'<ns prefix="{prefix}" uri="{uri}"/><pattern><rule context="{context}">'
        f'<assert id="{code}" flag="error" test="{test}" '
        f'diagnostics="{code}.en {code}.zh {code}.vi"/></rule></pattern>'
        f"<diagnostics>{texts}</diagnostics></schema>"
    )


ANSWERS = """
[namespaces]
a = "urn:a"

[[answer]]
type = "A-accepted"
root = "{urn:a}Reply"
when = "/a:Reply/a:Code = '01'"
kind = "accepted"
about = "A"
procedure = "x-export"
correlation = "/a:Reply/@for"
procedure_state = "accepted"
occurred_at = "/a:Reply/a:At"
numbers = { entry = "/a:Reply/a:Number" }
facts = { channel = "/a:Reply/a:Channel", nothing = "/a:Reply/a:None" }

[[answer]]
type = "A-refused"
root = "{urn:a}Reply"
kind = "refused"
about = "A"
procedure = "x-export"

[[answer]]
type = "B-released"
output = "BBBOUT"
kind = "released"
about = "B"
procedure = "x-export"
event = "released"
facts = { name = "/j:Job/j:Field[@name='NAM']" }
"""

BEHAVIOUR = """
[[on]]
message = "A"
when = "contains(/*/*, 'silent')"

[[on]]
message = "A"

[[on.answer]]
template = "sandbox/reply.xsl"
after_ms = 120
params = { code = "01" }
number_key = "string(/*/*)"
effect = "accepted"

[[on]]
message = "B"

[[on.answer]]
template = "sandbox/out.xsl"
layout = "layouts/out.toml"
"""

HEADER = (
    'length = 400\nfield = [{ name = "code", length = 5 }, { name = "output", length = 7 },'
    ' { name = "x", length = 382 }, { name = "length", length = 6 }]\n'
)

FILES = {
    "pack.toml": TOML,
    "project/a.xsl": A,
    "project/b.xsl": B,
    "xsd/a.xsd": XSD,
    "rules/a.sch": sch("a", "urn:a", "a:Name", "not(contains(., '!'))", "mini.no-shouting"),
    "rules/b.sch": sch("j", "urn:fullroute:job:1", "j:Field", "not(contains(., '!'))", "mini.b"),
    "codelists/units.csv": (
        "code,to,name_en,name_zh,name_vi,valid_from,valid_to,source,status\n"
        "KGM,035,kilogram,千克,kilôgam,2026-01-01,,tests,confirmed\n"
        "XXX,,nothing,,,,,tests,unverified\n"
    ),
    "layouts/header.toml": HEADER,
    "layouts/b.toml": 'job = "BBB"\nfield = [{ name = "NAM", length = 9, mandatory = true }]\n',
    "layouts/out.toml": (
        'job = "BBB"\noutput = "BBBOUT"\nfield = [{ name = "NAM", length = 9 }]\n'
    ),
    "answers/answers.toml": ANSWERS,
    "sandbox/behaviour.toml": BEHAVIOUR,
    "sandbox/reply.xsl": XSL.format(
        '<Reply xmlns="urn:a" for="{$id}"><Code><xsl:value-of select="$code"/></Code></Reply>'
    ),
    "sandbox/out.xsl": XSL.format(
        '<Job xmlns="urn:fullroute:job:1" code="BBB" output="BBBOUT">'
        '<Field name="NAM">done</Field></Job>'
    ),
}


def files(**changes):
    """Return the pack as bytes; a change of None takes the file away (names with __ for /)."""
    named = {key.replace("__", "/").replace("_dot_", "."): text for key, text in changes.items()}
    merged = {**FILES, **named}
    return {path: text.encode() for path, text in merged.items() if text is not None}


def prepared(*names):
    stops = "".join(f'<Stop name="{name}"/>' for name in names)
    return f'<Prepared xmlns="urn:fullroute:prepared:1">{stops}</Prepared>'.encode()
