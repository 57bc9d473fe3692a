"""Records to rows and back, read off the record's own fields.

How values are written: times as UTC text of one fixed length (``2026-11-23T01:00:05.000000Z``), so
that text order is time order and no microsecond is lost; dates as ISO text; decimals as text;
enumerations by value; tuples and sets as JSON; a record inside a record (the event of a
``MovementEvent``, the breaker of a ``Link``) as columns of its own, named by its fields.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

_PLAIN = (str, int, float, bytes)


def write_time(at: datetime) -> str:
    """Write an aware time in its one stored form.

    Raises:
        ValueError: the time has no offset.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without offset: {at.isoformat()}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def read_time(stored: str) -> datetime:
    """Read back what :func:`write_time` wrote."""
    return datetime.fromisoformat(stored)


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of value is written and read; ``None`` for both means: as it is."""

    write: Callable[[Any], object] | None = None
    read: Callable[[Any], object] | None = None


@dataclass(frozen=True, slots=True)
class _Field:
    """One column: its name, where its value is found in the record, and its form."""

    column: str
    value: Callable[[Any], Any]
    form: _Form


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type expression has no type
    if get_origin(hint) in (Union, UnionType):
        (kept,) = [part for part in get_args(hint) if part is not NoneType]
        return kept
    return hint


_SCALARS: Mapping[type, _Form] = MappingProxyType(
    {
        bool: _Form(None, bool),  # SQLite's own driver gives 0 and 1
        datetime: _Form(write_time, read_time),
        date: _Form(date.isoformat, date.fromisoformat),
        Decimal: _Form(str, Decimal),
    }
)


def _scalar(hint: Any) -> _Form:  # noqa: ANN401 - a type hint may be anything
    if hint in _PLAIN:
        return _Form()
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _Form(lambda value: hint(value).value, hint)  # a member, or its plain value
    raise TypeError(f"no stored form for {hint!r}")


def _same(value: object) -> object:
    return value


def _inside(hint: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:  # noqa: ANN401 - a type hint may be anything
    """Return writer and reader of a value inside JSON."""
    if (bare := _without_none(hint)) is not hint:
        write, read = _inside(bare)
        return (
            lambda value: None if value is None else write(value),
            lambda stored: None if stored is None else read(stored),
        )
    if is_dataclass(hint):
        return _record_inside(_as_type(hint))
    origin, parts = get_origin(hint), get_args(hint)
    if origin is frozenset:
        write, read = _inside(parts[0])
        return (
            lambda values: sorted(write(value) for value in values),
            lambda stored: frozenset(read(value) for value in stored),
        )
    if origin is tuple:
        return _tuple_inside(parts)
    if hint is bytes:  # JSON has none
        return bytes.hex, bytes.fromhex
    form = _scalar(hint)
    return form.write or _same, form.read or _same


def _tuple_inside(
    parts: Sequence[Any],
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    if parts[-1] is Ellipsis:
        write, read = _inside(parts[0])
        return (
            lambda values: [write(value) for value in values],
            lambda stored: tuple(read(value) for value in stored),
        )
    forms = [_inside(part) for part in parts]
    return (
        lambda values: [w(value) for (w, _), value in zip(forms, values, strict=True)],
        lambda stored: tuple(r(value) for (_, r), value in zip(forms, stored, strict=True)),
    )


def _record_inside(kind: type) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    forms = {name: _inside(hint) for name, hint in get_type_hints(kind).items()}
    return (
        lambda record: {name: w(getattr(record, name)) for name, (w, _) in forms.items()},
        lambda stored: kind(**{name: r(stored[name]) for name, (_, r) in forms.items()}),
    )


def _form(hint: Any) -> _Form:  # noqa: ANN401 - a type hint may be anything
    if get_origin(hint) not in (tuple, frozenset):
        return _scalar(hint)
    write, read = _inside(hint)
    return _Form(
        lambda value: json.dumps(write(value), ensure_ascii=False, separators=(",", ":")),
        lambda stored: read(json.loads(stored)),
    )


def _fields(kind: type, prefix: str = "") -> Iterator[_Field]:
    hints = get_type_hints(kind)
    for part in fields(kind):
        hint = _without_none(hints[part.name])
        path = prefix + part.name
        if is_dataclass(hint):
            yield from _fields(_as_type(hint), f"{path}.")
        else:
            yield _Field(part.name, attrgetter(path), _form(hint))


def _as_type(hint: Any) -> type:  # noqa: ANN401 - a type hint may be anything
    if not isinstance(hint, type):
        raise TypeError(f"not a record type: {hint!r}")
    return hint


def _builder(kind: type) -> Callable[[Iterator[Any]], Any]:
    """Return what makes one record of the next values of a row, fields in their order."""
    hints = get_type_hints(kind)
    parts: list[tuple[str, Callable[[Iterator[Any]], Any]]] = []
    for part in fields(kind):
        hint = _without_none(hints[part.name])
        if is_dataclass(hint):
            parts.append((part.name, _builder(_as_type(hint))))
        else:
            parts.append((part.name, _reader(_form(hint).read)))
    return lambda values: kind(**{name: read(values) for name, read in parts})


def _reader(read: Callable[[Any], object] | None) -> Callable[[Iterator[Any]], Any]:
    if read is None:
        return next

    def value(values: Iterator[Any]) -> object:
        stored = next(values)
        return None if stored is None else read(stored)

    return value


R = TypeVar("R")


class Shape(Generic[R]):
    """How records of one type lie in rows. ``columns`` are in the order of the record's fields."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind
        self._fields = tuple(_fields(kind))
        self._by_name = {part.column: part for part in self._fields}
        self._nested = {
            part.name: tuple(_fields(_as_type(hint)))
            for part in fields(_as_dataclass(kind))
            if is_dataclass(hint := _without_none(get_type_hints(kind)[part.name]))
        }
        self._build = _builder(kind)
        self.columns = tuple(part.column for part in self._fields)

    def row(self, record: R) -> dict[str, object]:
        """Write one record."""
        return {part.column: _written(part.form, part.value(record)) for part in self._fields}

    def record(self, row: Sequence[Any]) -> R:
        """Read one row whose values stand in the order of ``columns``."""
        record: R = self._build(iter(row))
        return record

    def values(self, values: Mapping[str, object]) -> dict[str, object]:
        """Write some fields of a record, by their names.

        Raises:
            KeyError: the record has no field of that name.
        """
        written: dict[str, object] = {}
        for name, value in values.items():
            if name in self._nested:
                for part in self._nested[name]:
                    written[part.column] = _written(part.form, part.value(value))
            else:
                written[name] = _written(self._by_name[name].form, value)
        return written


def _as_dataclass(kind: type) -> Any:  # noqa: ANN401 - fields() wants a protocol mypy keeps private
    return kind


def _written(form: _Form, value: Any) -> object:  # noqa: ANN401 - a type hint may be anything
    return value if form.write is None or value is None else form.write(value)


_shapes: dict[type, Any] = {}


def shape_of(kind: type[R]) -> Shape[R]:
    """Return the shape of a record type, worked out once."""
    shape: Shape[R] | None = _shapes.get(kind)
    if shape is None:
        shape = _shapes[kind] = Shape(kind)
    return shape
