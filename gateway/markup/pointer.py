"""One spelling for places in a document, whatever engine found something there.

``/Declaration/Consignment/HouseConsignment[1]/GoodsItem[2]``: local names, and an index only where
siblings of that name exist. Fixed-width formats call everything ``Field`` or ``Group``; there the
name they give it is spelled too: ``/Job/Group[@name='line'][2]/Field[@name='HSC']``.
"""

from collections.abc import Iterator

from lxml import etree

from gateway.markup.tree import JOB, Element


def spell(element: Element) -> str:
    """Return the pointer of ``element`` from the root of its document."""
    parts: list[str] = []
    node: Element | None = element
    while node is not None:
        parts.append(_step(node))
        node = node.getparent()
    return "/" + "/".join(reversed(parts))


def spell_attribute(element: Element, name: str) -> str:
    """Return the pointer of one attribute of ``element``: ``/Declaration/Party[2]/@role``."""
    return f"{spell(element)}/@{etree.QName(name).localname}"


def line(element: Element) -> int | None:
    """Return the line on which ``element`` starts, counted from 1; None if it was built by us."""
    return element.sourceline


def _step(node: Element) -> str:
    step = etree.QName(node).localname
    if etree.QName(node).namespace == JOB and (named := node.get("name")):
        step = f"{step}[@name='{named}']"
    before = sum(1 for _ in _alike(node, preceding=True))
    alone = before == 0 and next(_alike(node, preceding=False), None) is None
    return step if alone else f"{step}[{before + 1}]"


def _alike(node: Element, *, preceding: bool) -> Iterator[Element]:
    """Yield the siblings that carry the same name."""
    siblings = node.itersiblings(str(node.tag), preceding=preceding)
    if etree.QName(node).namespace != JOB:
        return siblings
    return (one for one in siblings if one.get("name") == node.get("name"))
