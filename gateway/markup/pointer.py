"""One spelling for places in a document, whatever engine found something there.

``/Declaration/Consignment/HouseConsignment[1]/GoodsItem[2]``: local names, and an index only where
siblings of that name exist.
"""

from lxml import etree

from gateway.markup.tree import Element


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
    local, tag = etree.QName(node).localname, str(node.tag)
    before = len(list(node.itersiblings(tag, preceding=True)))
    alone = before == 0 and next(node.itersiblings(tag), None) is None
    return local if alone else f"{local}[{before + 1}]"
