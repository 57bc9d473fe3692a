"""Pointers: one spelling, with an index only where siblings of that name exist."""

import pytest

from gateway.markup import pointer, safe

ROOT = safe.parse(
    b"""<d:Declaration xmlns:d="urn:d" xmlns:e="urn:e">
  <d:Consignment>
    <d:Item><d:ID>1</d:ID></d:Item>
    <d:Item><d:ID>2</d:ID><d:ID>3</d:ID></d:Item>
    <e:Item/>
  </d:Consignment>
</d:Declaration>"""
)

PLACES = {
    "/*": "/Declaration",
    "/*/*": "/Declaration/Consignment",
    "/*/*/*[1]": "/Declaration/Consignment/Item[1]",
    "/*/*/*[1]/*": "/Declaration/Consignment/Item[1]/ID",
    "/*/*/*[2]/*[2]": "/Declaration/Consignment/Item[2]/ID[2]",
    "/*/*/*[3]": "/Declaration/Consignment/Item",
}


@pytest.mark.parametrize(("path", "expected"), PLACES.items())
def test_spelling(path, expected):
    assert pointer.spell(ROOT.getroottree().xpath(path)[0]) == expected


def test_attributes_and_lines():
    node = ROOT.getroottree().xpath("/*/*/*[2]")[0]
    assert pointer.spell_attribute(node, "{urn:x}role") == "/Declaration/Consignment/Item[2]/@role"
    assert pointer.line(node) == 4
