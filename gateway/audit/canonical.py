"""Canonical JSON (RFC 8785), quickly where the document is plain.

Plain is what our papers and entries are made of: texts, whole numbers that a double holds exactly,
booleans, lists and objects whose names are ASCII. There Python's own encoder writes the same bytes
in a tenth of the time; everything else goes to the library, which knows all of the rule.
"""

import json
from typing import Any

import rfc8785

_WHOLE_MAX = 2**53 - 1
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(document: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    """Return the canonical bytes of a JSON value.

    Raises:
        ValueError: it has none: a number that is none, half a surrogate pair, another type.
    """
    if _is_plain(document):
        return _write(document).encode()
    return rfc8785.dumps(document)


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return isinstance(value, int) and -_WHOLE_MAX <= value <= _WHOLE_MAX
    if isinstance(value, dict):
        return all(_is_name(name) and _is_plain(one) for name, one in value.items())
    return isinstance(value, list | tuple) and all(_is_plain(one) for one in value)


def _is_name(name: object) -> bool:
    return type(name) is str and name.isascii()
