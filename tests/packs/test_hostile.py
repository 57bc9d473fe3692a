"""Packs that mean harm: each is refused by its own code, in a process that can do nothing.

The full tier follows the child's system calls and sees that nothing is opened, made or called out
to once the pack is in its hands.
"""

import re
import resource
import shutil
import sys

import pytest

from gateway.adapters.pack_folder.child import Bounds, check_apart
from gateway.adapters.pack_folder.shelf import FolderShelf
from gateway.packs.scaffold import new_pack

pytestmark = pytest.mark.full  # a child for each pack, until its limit

SMALL = Bounds(memory_bytes=768 << 20, cpu_seconds=6)
ROOT = '<xsl:template match="/p:Prepared">'
XSL = "project/notice.xsl"
XSD = "xsd/notice.xsd"
STRING = '<xs:element name="Reference" type="xs:string"/>'


def element(facet):
    return (
        '<xs:element name="Reference"><xs:simpleType><xs:restriction base="xs:string">'
        f"{facet}</xs:restriction></xs:simpleType></xs:element>"
    )


def bomb(kind):
    entities = "".join(
        f'<!ENTITY e{n} "{"".join([f"&e{n - 1};"] * 10) if n else "boom"}">' for n in range(10)
    )
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><{kind}>&e9;</{kind}>'


ENDLESS = (
    '<xsl:template name="again"><xsl:call-template name="again"/></xsl:template>'
    + ROOT
    + '<xsl:call-template name="again"/>'
)
GROWING = (
    '<xsl:template name="more"><xsl:param name="t"/><xsl:call-template name="more">'
    '<xsl:with-param name="t" select="concat($t, $t)"/></xsl:call-template></xsl:template>'
    + ROOT
    + '<xsl:call-template name="more"><xsl:with-param name="t" select="string(.)"/>'
    "</xsl:call-template>"
)
SLOW = ROOT + (
    '<xsl:variable name="all" select="//node() | //@*"/>'
    '<xsl:if test="count($all[count($all[count($all[count($all[count($all) &gt; 0]) &gt; 0])'
    ' &gt; 0]) &gt; 0]) &gt; 0">x</xsl:if>'
)
WRITING = (
    'exclude-result-prefixes="p d" xmlns:exsl="http://exslt.org/common" '
    'extension-element-prefixes="exsl"><xsl:template match="x"><exsl:document '
    'href="/tmp/x"/></xsl:template>'
)
HARM = {
    "document() of a file": (
        XSL,
        ROOT,
        ROOT + "<xsl:value-of select=\"document('/etc/passwd')\"/>",
        {"pack.stylesheet-document"},
    ),
    "an include from outside": (
        XSL,
        ROOT,
        '<xsl:include href="/etc/passwd"/>' + ROOT,
        {"pack.outside"},
    ),
    "an include further up": (
        XSL,
        ROOT,
        '<xsl:include href="../../../other/project/a.xsl"/>' + ROOT,
        {"pack.outside"},
    ),
    "an import over the network": (
        XSL,
        "<xsl:template match",
        '<xsl:import href="http://example.org/a.xsl"/><xsl:template match',
        {"pack.outside", "pack.stylesheet-broken"},
    ),
    "writing with exsl:document": (
        XSL,
        'exclude-result-prefixes="p d">',
        WRITING,
        {"pack.stylesheet-extension"},
    ),
    "endless recursion": (XSL, ROOT, ENDLESS, {"case.unexpected"}),
    "a text that doubles": (
        XSL,
        ROOT,
        GROWING,
        {"case.unexpected", "pack.too-much-memory", "pack.child-died"},
    ),
    "a query without end": (XSL, ROOT, SLOW, {"pack.took-too-long", "case.unexpected"}),
    "a schema from outside": (
        XSD,
        "<xs:element",
        '<xs:include schemaLocation="/etc/passwd"/><xs:element',
        {"pack.outside", "pack.schema-broken"},
    ),
    "a pattern that explodes": (
        XSD,
        STRING,
        element('<xs:pattern value="((((a{1,500}){1,500}){1,500}){1,500})"/>'),
        {"pack.took-too-long", "pack.too-much-memory", "pack.schema-broken", "case.unexpected"},
    ),
    "a pattern that tries every way": (
        XSD,
        STRING,
        element('<xs:pattern value="(([0-9A-Z]+)+)+([0-9A-Z]+)+([0-9A-Z]*)*!"/>'),
        {"pack.took-too-long", "case.unexpected"},
    ),
    "entities in a stylesheet": (XSL, None, bomb("a"), {"pack.not-xml"}),
    "entities in a schema": (XSD, None, bomb("a"), {"pack.not-xml"}),
    "entities in rules": ("rules/notice.sch", None, bomb("a"), {"pack.not-xml"}),
    "11 MB of text": (
        "cases/notice/prepared.xml",
        "<Commodity>",
        "<Commodity>" + "x" * 11_000_000,
        {"case.unexpected"},
    ),
    "20,000 namespaces": (
        "cases/notice/prepared.xml",
        "<Commodity>",
        "<Commodity "
        + " ".join(f'xmlns:n{number}="urn:n{number}"' for number in range(20_000))
        + ">",
        {"case.unexpected"},
    ),
    "a deep tree": (
        "cases/notice/prepared.xml",
        "<Commodity>",
        "<Commodity>" + "<a>" * 5_000 + "</a>" * 5_000,
        {"case.unexpected"},
    ),
    "tables without end": ("pack.toml", None, "a = " + "[" * 100_000, {"pack.not-toml"}),
    "a zone that is a path": (
        "pack.toml",
        'zone = "UTC"',
        'zone = "../../../etc/passwd"',
        {"pack.unknown-word"},
    ),
}


def harmed(file, old, new):
    files = new_pack("xa", "XA")
    text = files[file].decode()
    assert old is None or old in text
    files[file] = (new if old is None else text.replace(old, new, 1)).encode()
    return files


@pytest.mark.parametrize(("file", "old", "new", "codes"), HARM.values(), ids=HARM)
def test_harm_is_refused_by_its_own_code(file, old, new, codes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = check_apart(harmed(file, old, new), {}, SMALL)
    assert not report.fit
    assert {finding.code for finding in report.faults} & codes, report.faults[:3]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_links_and_pipes_is_refused(tmp_path):
    folder = tmp_path / "packs" / "xa"
    folder.mkdir(parents=True)
    (folder / "pack.toml").symlink_to("/etc/passwd")
    packs, findings = FolderShelf(tmp_path, tmp_path / "packs").others()
    assert (packs, [one.code for one in findings]) == ((), ["pack.not-a-file"])


def test_memory_of_the_child_is_bounded():
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    check_apart(harmed(*HARM["a text that doubles"][:3]), {}, SMALL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after <= max(before, (SMALL.memory_bytes >> 10) + 1)


CALLS = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")
FORBIDDEN = {"open", "openat", "openat2", "creat", "socket", "connect", "execve", "fork", "clone"}
FORBIDDEN |= {"unlink", "unlinkat", "rename", "mkdir", "mkdirat", "clone3", "vfork"}


@pytest.mark.full
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("name", ["a fit pack", *HARM])
def test_nothing_outside_is_touched(name, tmp_path, monkeypatch):
    """Once the limits stand, no call that opens, makes or starts anything succeeds."""
    trace = tmp_path / "trace"
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nexec strace -f -o {trace} {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(wrapper))
    files = new_pack("xa", "XA") if name == "a fit pack" else harmed(*HARM[name][:3])
    report = check_apart(files, {}, Bounds(memory_bytes=SMALL.memory_bytes, cpu_seconds=10))
    assert report.fit is (name == "a fit pack")
    lines = trace.read_text("utf-8", "replace").splitlines()
    shut = next(n for n, line in enumerate(lines) if "RLIMIT_NOFILE, {rlim_cur=3" in line)
    done = []
    for line in lines[shut + 1 :]:
        call = CALLS.match(line)
        if call and call.group(1) in FORBIDDEN and " = -1 " not in line:
            done.append(line)
    assert done == []
