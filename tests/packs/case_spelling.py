"""How cases of Viet Nam are spelled: what is made or asked, and the faults planted in it."""

import json
from dataclasses import dataclass, field

from gateway.domain.itinerary import OfficeRole
from gateway.markup import tree
from gateway.packs.pack import Pack
from tests.packs import occasions_vn as occasions
from tests.packs import prepared_vn as vn
from tests.packs.edits import Edit
from tests.packs.occasions_vn import NORTH, SOUTH, Telling

JOB = "/j:Job"
EXCHANGE = "urn:fullroute:exchange:1"
NAMESPACES = f'namespaces = {{ n = "{EXCHANGE}:notice", c = "{EXCHANGE}:cancellation" }}'


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
        return "\n".join(lines)


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


ASKING = {
    "vn-transport": (OfficeRole.ENTRY, SOUTH),
    "vn-rail-entry": (OfficeRole.ENTRY, SOUTH),
    "vn-import": (OfficeRole.DESTINATION, SOUTH),
    "vn-exit": (OfficeRole.EXIT, NORTH),
}
"""Who asks of a declaration for a procedure, on which way."""


@dataclass(frozen=True)
class Case:
    """What one case makes of a message type, or asks for a procedure, and what it expects."""

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
        """Return the prepared document."""
        if self.asks:
            return occasions.asked(self.asks, *ASKING[self.asks], *self.edits)
        if self.telling or self.message in occasions.TELLINGS:
            return occasions.prepared(pack, self.message, *self.edits, telling=self.telling)
        return vn.prepared(pack, self.message, *self.edits, dry_run=self.dry_run)

    def expect(self) -> str:
        """Return ``expect.toml``."""
        tried = ("message", self.message) if self.message else ("asks", self.asks)
        lines = [f"{tried[0]} = {_text(tried[1])}"]
        codes = (("must_raise", self.must_raise), ("must_not_raise", self.must_not_raise))
        lines += [f"{key} = {_text(list(some))}" for key, some in codes if some]
        if self.messages is not None:
            lines.append(f"messages = {self.messages}")
        if any(one.at.startswith(("/n:", "/c:")) for one in self.faults):
            lines.append(NAMESPACES)
        return "\n\n".join(["\n".join(lines), *(fault.spelled() for fault in self.faults)]) + "\n"
