"""TOML tables read into frozen dataclasses; what a dataclass does not name is refused.

The dataclass is the schema: field names are the keys, annotations the kinds. Understood are
``str``, ``int``, ``bool``, ``date``, :class:`~enum.StrEnum`, other dataclasses, tuples of these,
and ``tuple[tuple[str, str], ...]`` for tables of texts.
"""

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar, get_args, get_origin, get_type_hints

from gateway.domain.finding import Finding, Refusal, Severity

T = TypeVar("T")

_LINE = re.compile(r"\(at line (\d+)")

KEY = "key"
"""Metadata of a field whose key in the file has another name (``[[message]]``: ``messages``)."""

PAIRS = tuple[tuple[str, str], ...]
"""A table of texts, in the order of the file."""


def refusal(code: str, file: str, *, line: int | None = None, **args: str) -> Refusal:
    """Return the refusal of one file of a pack; its name is the finding's value."""
    words = (("file", file), *args.items())
    return Refusal(Finding(code=code, severity=Severity.FATAL, value=file, line=line, args=words))


@contextmanager
def within(folder: str) -> Iterator[None]:
    """Let refusals inside name their files from one folder further up."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(*(_inside(finding, folder) for finding in refusal.findings)) from None


def _inside(finding: Finding, folder: str) -> Finding:
    args = tuple((key, f"{folder}/{word}" if key == "file" else word) for key, word in finding.args)
    return dataclasses.replace(finding, value=f"{folder}/{finding.value}", args=args)


def load(raw: bytes, file: str) -> Mapping[str, object]:
    """Return the TOML document; it is kept for who asks again, so nobody may change it.

    Raises:
        Refusal: ``pack.not-toml``.
    """
    try:
        return _parsed(raw)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = _LINE.search(str(error))
        line = int(place.group(1)) if place else None
        raise refusal("pack.not-toml", file, line=line, reason=str(error)) from None
    except RecursionError:
        raise refusal("pack.not-toml", file, reason="tables nested without end") from None


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> Mapping[str, object]:
    """Parse a document once for all slots: it takes as long as compiling what it says."""
    return tomllib.loads(raw.decode("utf-8"))


def read(kind: type[T], table: object, file: str, where: str = "") -> T:
    """Return ``table`` as a value of the dataclass ``kind``.

    Raises:
        Refusal: ``pack.unknown-key`` (with the nearest known one), ``pack.missing-key``,
            ``pack.wrong-kind``, ``pack.unknown-word``.
    """
    if not isinstance(table, Mapping):
        raise refusal("pack.wrong-kind", file, key=where, expected="table")
    known = _known(kind)  # type: ignore[arg-type]  # mypy doubts that types are hashable
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise refusal(
                "pack.unknown-key", file, key=_path(where, key), suggestion=near[0] if near else "-"
            )
    values: dict[str, object] = {}
    for name, (field, expected) in known.items():
        if name in table:
            values[field.name] = _value(expected, table[name], file, _path(where, name))
        elif field.default is dataclasses.MISSING:
            raise refusal("pack.missing-key", file, key=_path(where, name))
    return kind(**values)


@cache
def _known(kind: type) -> "Mapping[str, tuple[dataclasses.Field[object], object]]":
    """Return the fields of a dataclass, each with its type, by the key that spells it."""
    hints = get_type_hints(kind)
    return {
        str(field.metadata.get(KEY, field.name)): (field, hints[field.name])
        for field in dataclasses.fields(kind)
    }


def _path(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _value(kind: object, value: object, file: str, where: str) -> object:
    if kind == PAIRS:
        return pairs(value, file, where)
    if get_origin(kind) is tuple:
        return _many(get_args(kind)[0], value, file, where)
    if kinds := [one for one in get_args(kind) if one is not type(None)]:
        return _value(kinds[0], value, file, where)  # optional: ``X | None``
    only = kind
    if not isinstance(only, type):
        raise TypeError(only)
    if dataclasses.is_dataclass(only):
        return read(only, value, file, where)
    if issubclass(only, StrEnum):
        return _word(only, value, file, where)
    if not isinstance(value, only) or (only is int and isinstance(value, bool)):
        raise refusal("pack.wrong-kind", file, key=where, expected=_KIND_NAMES[only])
    return value


_KIND_NAMES: Mapping[type, str] = {str: "text", int: "integer", bool: "true or false", date: "date"}


def _many(kind: object, value: object, file: str, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise refusal("pack.wrong-kind", file, key=where, expected="list")
    return tuple(
        _value(kind, one, file, f"{where}[{place}]") for place, one in enumerate(value, start=1)
    )


def pairs(value: object, file: str, where: str) -> PAIRS:
    """Return a table of texts as pairs, in its order.

    Raises:
        Refusal: ``pack.wrong-kind``.
    """
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise refusal("pack.wrong-kind", file, key=where, expected="table of texts")
    return tuple((str(key), str(text)) for key, text in value.items())


def _word(kind: type[StrEnum], value: object, file: str, where: str) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        allowed = ", ".join(kind)
        raise refusal(
            "pack.unknown-word", file, key=where, word=str(value), allowed=allowed
        ) from None
