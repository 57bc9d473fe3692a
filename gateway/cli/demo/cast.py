"""What is played: the declaration, the offices it meets, the parties whose signatures it wants."""

from dataclasses import dataclass
from pathlib import Path

from gateway.bootstrap import schemas_root
from gateway.cli.demo.board import Column
from gateway.cli.demo.shipped import brought_up
from gateway.cli.files import DECLARATION_BYTES_MAX, read_file
from gateway.cli.offline import converted, filled
from gateway.domain.declaration import Declaration, Party
from gateway.domain.errors import Refused
from gateway.domain.finding import Refusal
from gateway.domain.itinerary import CustomsOffice
from gateway.markup import safe
from gateway.pipeline.parse import parse_declaration
from gateway.pipeline.read import read_declaration
from gateway.ports import Ports
from gateway.usecases.submit import preflight

EXAMPLES = "declaration/v1/examples"
SHIPPED = f"{EXAMPLES}/chongqing-haiduong.xml"
DIGITS, DIGITS_LENGTH = "0123456789", 6

_NOT_PARTIES = ("nobody", "gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everything the stage is set for.

    ``raw`` is what will be submitted (unsigned); ``foreign`` tells that it is not in our format and
    nobody signs it. ``signatories`` pairs a role and the party that signs in it.
    """

    raw: bytes
    foreign: bool
    prelodged: bool
    lrn: str
    declaration: Declaration
    offices: tuple[CustomsOffice, ...]
    signatories: tuple[tuple[str, Party], ...]

    @property
    def exporter(self) -> Party | None:
        """Whose signature the declaration itself carries."""
        return None if self.foreign else self.declaration.declarant


def cast(ports: Ports, file: Path | None) -> Cast:
    """Read FILE, or a shipped declaration brought up to today, and check it as submission would.

    Raises:
        Refused: with every finding.
        NotFound: the file cannot be read.
    """
    if file is None or file.resolve().parent == (schemas_root() / EXAMPLES).resolve():
        raw = read_file(file or schemas_root() / SHIPPED, DECLARATION_BYTES_MAX + 1)
        raw = brought_up(raw, ports.clock.now(), ports.ids.draw(DIGITS, DIGITS_LENGTH))
    else:
        raw = filled(ports, read_file(file, DECLARATION_BYTES_MAX + 1), at=None, reference="")
    verdict = preflight(ports, raw)
    if not verdict.valid:
        raise Refused(*verdict.findings)
    foreign = converted(ports, raw)
    declaration = _read(foreign.content if foreign else raw)
    known = ports.packs.offices()
    codes = dict.fromkeys(one.stop.code for one in verdict.offices)
    roles = dict.fromkeys(one.signatory for one in verdict.messages)
    return Cast(
        raw=raw,
        foreign=foreign is not None,
        prelodged=declaration.prelodged,
        lrn=declaration.lrn,
        declaration=declaration,
        offices=tuple(known[code] for code in codes),
        signatories=tuple(
            (role, party)
            for role in roles
            if role not in _NOT_PARTIES and (party := declaration.party(role)) is not None
        ),
    )


def _read(content: bytes) -> Declaration:
    try:
        return read_declaration(parse_declaration(content, safe.Limits()).root)
    except Refusal as refusal:
        raise Refused(*refusal.findings) from refusal


def columns(offices: tuple[CustomsOffice, ...], lang: str) -> tuple[Column, ...]:
    """Return a column an office: its short name and its code."""
    return tuple(
        Column(code=office.code, name=short_name(office, lang), place=office.code)
        for office in offices
    )


_LENGTHENING = (" Border Gate Customs", " Railway Customs", " Customs", "口岸海关", "海关")
_LEADING = ("Hải quan cửa khẩu ", "Hải quan ga đường sắt ", "Hải quan ")


def short_name(office: CustomsOffice, lang: str) -> str:
    """Return an office's name without the word for customs: a column has few cells."""
    name = office.name(lang)
    for ending in _LENGTHENING:
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    for beginning in _LEADING:
        if name.startswith(beginning):
            return name.removeprefix(beginning)
    return name
