"""Code lists: CSV files of a pack that map our codes to an administration's.

Header: ``code,to,name_en,name_zh,name_vi,valid_from,valid_to,source,status``.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gateway.domain.itinerary import Status
from gateway.packs import tables

COLUMNS = (
    "code",
    "to",
    "name_en",
    "name_zh",
    "name_vi",
    "valid_from",
    "valid_to",
    "source",
    "status",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One row: our ``code``, the administration's ``to``, names by language, days it counts."""

    code: str
    to: str
    names: tables.PAIRS
    valid_from: date | None
    valid_to: date | None
    source: str
    status: Status


@dataclass(frozen=True)
class CodeList:
    """One list in the order of its file."""

    name: str
    codes: tuple[Code, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Our code and theirs, for the projection; rows without a counterpart are left out."""
        return tuple((code.code, code.to) for code in self.codes if code.to)

    def __contains__(self, text: object) -> bool:
        """Tell whether ``text`` is a code of the list, ours or theirs."""
        return bool(text) and text in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(word for code in self.codes for word in (code.code, code.to))


def read_codelist(raw: bytes, file: str) -> CodeList:
    """Read one CSV file.

    Raises:
        Refusal: ``pack.codelist-broken`` with file and line.
    """
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise tables.refusal("pack.codelist-broken", file, row="1", reason=str(error)) from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise tables.refusal("pack.codelist-broken", file, row="1", reason=",".join(COLUMNS))
    name = file.rpartition("/")[2].removesuffix(".csv")
    codes = tuple(_code(row, file, number) for number, row in enumerate(rows[1:], start=2) if row)
    seen: set[tuple[str, date | None]] = set()
    for number, code in enumerate(codes, start=2):
        if (code.code, code.valid_from) in seen:
            raise tables.refusal("pack.codelist-broken", file, row=str(number), reason=code.code)
        seen.add((code.code, code.valid_from))
    return CodeList(name, codes)


def _code(row: list[str], file: str, number: int) -> Code:
    try:
        code, to, en, zh, vi, valid_from, valid_to, source, status = (cell.strip() for cell in row)
        return Code(
            code=code,
            to=to,
            names=tuple((lang, text) for lang, text in (("en", en), ("zh", zh), ("vi", vi))),
            valid_from=date.fromisoformat(valid_from) if valid_from else None,
            valid_to=date.fromisoformat(valid_to) if valid_to else None,
            source=source,
            status=Status(status),
        )
    except ValueError as error:
        reason = str(error)
        raise tables.refusal("pack.codelist-broken", file, row=str(number), reason=reason) from None


def read_codelists(files: Mapping[str, bytes], folder: str) -> dict[str, CodeList]:
    """Read every code list below ``folder``, by name.

    Raises:
        Refusal: ``pack.codelist-broken``.
    """
    paths = sorted(path for path in files if path.startswith(folder) and path.endswith(".csv"))
    lists = (read_codelist(files[path], path) for path in paths)
    return {one.name: one for one in lists}
