"""The message cases of the Vietnamese pack: documents, and the faults that are planted in them.

``python -m tests.packs.cases_vn`` writes ``prepared.xml`` and ``expect.toml`` of every case in the
tables below into ``schemas/packs/vn/cases``; the goldens beside them are written by
``tests.packs.regenerate``. What a case expects is reasoned from the sources of its rule.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from gateway.domain.event import EventKind
from gateway.domain.itinerary import OfficeRole
from gateway.domain.procedure import ProcedureState
from gateway.markup import tree
from gateway.packs.pack import Pack
from tests.packs import prepared_vn as vn
from tests.packs.occasions_vn import (
    INCIDENT,
    NEW_VEHICLE,
    TELLINGS,
    Telling,
)
from tests.packs.occasions_vn import prepared as on_occasion
from tests.packs.pack_cases import compiled
from tests.packs.prepared_vn import FIRST_ITEM, ITEM, Edit, in_houses, removed, repeated, replaced
from tests.packs.rich_vn import rich

JOB = "/j:Job"


def at(name: str, group: str = "") -> str:
    """Return the path of a field of a job, in the first of a group."""
    step = f"j:Group[@name='{group}'][1]/" if group else ""
    return f"{JOB}/{step}j:Field[@name='{name}']"


@dataclass(frozen=True)
class Fault:
    """One thing done wrong, and what must be found; with no codes it is allowed."""

    at: str
    value: str = ""
    codes: tuple[str, ...] = ()
    done: str = "written"
    place: str = "message"
    never: tuple[str, ...] = ()

    def spelled(self) -> str:
        lines = ["[[fault]]", f"at = {json.dumps(self.at)}"]
        lines += [f"done = {json.dumps(self.done)}"] if self.done != "written" else []
        lines += [f"value = {_text(self.value)}"] if self.value else []
        lines += ['in = "prepared"'] if self.place == "prepared" else []
        lines += [f"must_raise = {_text(list(self.codes))}"] if self.codes else []
        lines += [f"must_not_raise = {_text(list(self.never))}"] if self.never else []
        return "\n".join([*lines, ""])


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def writes(path: str, value: str, *codes: str) -> Fault:
    return Fault(path, value, codes)


def removes(path: str, *codes: str) -> Fault:
    return Fault(path, codes=codes, done="removed")


def doubles(path: str, *codes: str) -> Fault:
    return Fault(path, codes=codes, done="doubled")


def allows(path: str, value: str, *never: str) -> Fault:
    return Fault(path, value, never=never)


@dataclass(frozen=True)
class Case:
    """What one case makes or asks, and what it expects."""

    message: str = ""
    asks: str = ""
    edits: tuple[Edit, ...] = ()
    dry_run: bool = False
    telling: Telling | None = None
    must_raise: tuple[str, ...] = ()
    must_not_raise: tuple[str, ...] = ()
    messages: int | None = None
    faults: tuple[Fault, ...] = field(default=())

    def document(self, pack: Pack) -> tree.Element:
        if self.asks:
            return vn.asked(pack, self.asks, *self.edits)
        if self.message in TELLINGS or self.telling:
            return on_occasion(pack, self.message, *self.edits, telling=self.telling)
        return vn.prepared(pack, self.message, *self.edits, dry_run=self.dry_run)

    def expect(self) -> str:
        lines = [f"message = {_text(self.message)}" if self.message else f"asks = {_text(self.asks)}"]
        for key in ("must_raise", "must_not_raise"):
            if codes := getattr(self, key):
                lines.append(f"{key} = {_text(list(codes))}")
        if self.messages is not None:
            lines.append(f"messages = {self.messages}")
        return "\n".join([*lines, *(f"\n{fault.spelled()}".rstrip("\n") for fault in self.faults), ""])


def seal(name: str) -> str:
    return at("SEL", name)


def weight_unit(group: str, code: str) -> tuple[Fault, ...]:
    """KGM, TNE and LBR are confirmed; others are not the office's."""
    path = at("WUT", group)
    return (writes(path, "GRM", code), allows(path, "TNE", code), allows(path, "LBR", code))


def days(*names: str, group: str = "") -> tuple[Fault, ...]:
    return tuple(writes(at(name, group), "20261301", "vn.day-form", "layout.wrong-kind") for name in names)


PERSON, BRANCH, WRONG = "001099012345", "0100100008001", "0100100009"
"""A person's twelve digits, a branch of thirteen, and ten with a wrong check digit."""

OLA = (
    writes(at("CHC"), "15B", "vn.office-code"),
    allows(at("CHC"), "15BB01", "vn.office-code"),
    writes(at("CHC"), "15bb", "vn.office-code", "layout.wrong-kind"),
    *days("SDT", "EDT"),
    writes(at("EDH"), "24", "vn.hour-form", "layout.wrong-kind"),
    removes(at("TRC"), "vn.transporter-missing"),
    writes(at("TRC"), WRONG, "vn.transporter-tax-code"),
    allows(at("TRC"), BRANCH, "vn.transporter-tax-code"),
    allows(at("TRC"), PERSON, "vn.transporter-tax-code"),
    writes(at("SDT"), "20261127", "vn.start-after-finish"),
    allows(at("SDT"), "20261126", "vn.start-after-finish"),
    removes(f"{JOB}/j:Group[@name='cargo']", "vn.cargo-lines"),
    writes(at("ARR"), "15BB", "vn.places-alike"),
    writes(at("IEI"), "X", "vn.import-export-kind"),
    allows(at("IEI"), "E", "vn.import-export-kind"),
    allows(at("IEI"), "C", "vn.import-export-kind"),
    writes(at("BYA"), "30", "vn.means-of-transport"),
    *(allows(at("BYA"), code, "vn.means-of-transport") for code in ("25", "11", "16", "6", "17")),
    writes(at("HSF", "cargo"), "853", "vn.heading-four-digits"),
    writes(at("GWT", "cargo"), "0", "vn.weight-positive"),
    *weight_unit("cargo", "vn.weight-unit"),
    writes(at("ORG", "cargo"), "XX", "vn.country-code"),
)
SEALS = {
    group: (
        doubles(f"({seal(group)})[1]", "vn.seals-at-most-six", "layout.repeated"),
        writes(f"({seal(group)})[1]", "CQ88011720000001", "vn.seal-length", "layout.too-long"),
        writes(f"{JOB}/j:Group[@name='{group}'][2]/j:Field[@name='CNO']", "CSQU3054384", "vn.container-check-digit"),
    )
    for group in ("equipment", "container")
}
