"""Reading and building element trees without touching lxml elsewhere.

Paths are XPath 1.0 with fixed prefixes (``PREFIXES``); they are compiled once and never built from
input.
"""

from collections.abc import Iterable
from copy import deepcopy
from functools import cache

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml's public element type has no public name

DECLARATION = "urn:fullroute:declaration:1"
PREPARED = "urn:fullroute:prepared:1"
JOB = "urn:fullroute:job:1"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"

PREFIXES = {"d": DECLARATION, "p": PREPARED, "j": JOB, "ds": XMLDSIG}


@cache
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=PREFIXES, smart_strings=False)


def elements(node: Element, path: str) -> list[Element]:
    """Return the elements at ``path``."""
    found = _compiled(path)(node)
    return [one for one in found if isinstance(one, etree._Element)]  # noqa: SLF001 - as above


def text(node: Element, path: str) -> str:
    """Return the string value of the first match, stripped; empty when there is none."""
    found = _compiled(f"string({path})")(node)
    return str(found).strip()


def name(node: Element) -> str:
    """Return the local name."""
    return etree.QName(node).localname


def namespace(node: Element) -> str:
    """Return the namespace, or the empty string."""
    space, bracket, _ = str(node.tag).partition("}")
    return space[1:] if bracket else ""


def build(
    space: str,
    tag: str,
    attributes: Iterable[tuple[str, str]] = (),
    children: Iterable[Element] = (),
    content: str = "",
) -> Element:
    """Build one element; attributes with an empty value are left out."""
    node = etree.Element(f"{{{space}}}{tag}", {k: v for k, v in attributes if v}, {None: space})
    node.text = content or None
    node.extend(children)
    return node


def add(
    parent: Element, tag: str, attributes: Iterable[tuple[str, str]] = (), content: str = ""
) -> Element:
    """Append one element in the namespace of ``parent``, as :func:`build` makes it.

    Where thousands are made, each in its place at once costs a fraction of building and moving it.
    """
    told = {k: v for k, v in attributes if v}
    space = str(parent.tag).rpartition("}")[0]
    node = etree.SubElement(parent, f"{space}}}{tag}", told)
    node.text = content or None
    return node


def serialise(node: Element) -> bytes:
    """Return UTF-8 bytes with an XML declaration."""
    return bytes(etree.tostring(node, xml_declaration=True, encoding="UTF-8"))


def canonical(node: Element, *, exclusive: bool = False) -> bytes:
    """Return C14N 1.0 without comments, inclusive unless told otherwise."""
    return bytes(etree.tostring(node, method="c14n", with_comments=False, exclusive=exclusive))


def versions() -> dict[str, str]:
    """Return the versions of the libraries that decide what a document means."""
    return {
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "libxslt": ".".join(map(str, etree.LIBXSLT_VERSION)),
    }


def without(node: Element, space: str, tag: str) -> Element:
    """Return a deep copy of ``node`` without its children of that name."""
    twin = copied(node)
    for child in twin.findall(f"{{{space}}}{tag}"):
        twin.remove(child)
    return twin


def drop(node: Element) -> None:
    """Take an element out of its tree; text behind it goes with it."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def copied(node: Element) -> Element:
    """Return a deep copy that belongs to no tree."""
    twin = deepcopy(node)
    twin.tail = None
    return twin
