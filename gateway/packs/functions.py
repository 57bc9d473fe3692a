"""Functions that rules may call: what XPath 1.0, which counts in doubles, cannot do.

Namespace ``urn:fullroute:rules:1``, prefix ``fr``. They see only their arguments and the pack's own
code lists.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from lxml import etree
from stdnum import iso6346
from stdnum.cn import uscc
from stdnum.vn import mst

from gateway.domain.finding import Refusal
from gateway.domain.identifiers import MovementReference
from gateway.packs.codelists import CodeList

FUNCTIONS_NAMESPACE = "urn:fullroute:rules:1"


def _text(value: object) -> str:
    """Return the XPath string value of an argument: first node, or the value itself."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, etree._Element):  # noqa: SLF001 - lxml's element type
        whole = "".join(value.itertext()) if len(value) else value.text or ""
        return whole.strip()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def sum_equals(_context: object, nodes: object, total: object) -> bool:
    """Tell whether the exact decimal sum of ``nodes`` is ``total``; false if any is no number."""
    many = nodes if isinstance(nodes, list) else [nodes]
    try:
        return sum((Decimal(_text(node)) for node in many), Decimal()) == Decimal(_text(total))
    except InvalidOperation:
        return False


def _is_mrn(text: str) -> bool:
    try:
        MovementReference.parse(text)
    except Refusal:
        return False
    return True


_SCHEMES: Mapping[str, Callable[[str], bool]] = {
    "USCC": lambda text: uscc.compact(text) == text and uscc.is_valid(text),
    "MST": mst.is_valid,
    "ISO6346": lambda text: iso6346.compact(text) == text and iso6346.is_valid(text),
    "MRN": _is_mrn,
}
"""Identifier schemes and their check: USCC (GB 32100), MST (Viet Nam tax code), ISO 6346, MRN."""


def valid_id(_context: object, scheme: object, text: object) -> bool:
    """Tell whether ``text`` is a valid identifier of ``scheme``; an unknown scheme never is."""
    return _holds(_text(scheme), _text(text))


@lru_cache(maxsize=4096)
def _holds(scheme: str, text: str) -> bool:
    """Check one identifier: every office on the way asks for the same few."""
    check = _SCHEMES.get(scheme)
    return check is not None and check(text)


def joined(_context: object, nodes: object) -> str:
    """Return the texts of ``nodes`` apart by commas; one that has a space in it ends with one."""
    many = nodes if isinstance(nodes, list) else [nodes]
    told = [" ".join(_text(node).split()) for node in many]
    text = ", ".join(one for one in told if one)
    return f"{text}," if " " in text and "," not in text else text


READING: Mapping[tuple[str, str], Callable[..., str]] = {(FUNCTIONS_NAMESPACE, "joined"): joined}
"""What paths that read answers may call."""


def extensions(lists: Mapping[str, CodeList]) -> dict[tuple[str, str], Callable[..., bool]]:
    """Return the functions for lxml; ``fr:in-list(name, code)`` asks ``lists``."""

    def in_list(_context: object, listed: object, code: object) -> bool:
        found = lists.get(_text(listed))
        return found is not None and _text(code) in found

    return {
        (FUNCTIONS_NAMESPACE, "sum-equals"): sum_equals,
        (FUNCTIONS_NAMESPACE, "valid-id"): valid_id,
        (FUNCTIONS_NAMESPACE, "in-list"): in_list,
    }
