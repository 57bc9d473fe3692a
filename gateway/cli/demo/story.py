"""Turns timeline lines into what the board shows: message, official number, signer, receipt."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.cli.demo.board import Line, Piece

Shape = Mapping[str, Any]

LEGEND = "→ sent  ✎ signed by  ✓ kind of receipt  ← answer  ● happened  ■ closed"

TOLD_EVENTS = frozenset(
    {
        "presented", "released", "departed", "exited", "entered", "transit-started", "arrived",
        "controlled", "duties-assessed", "cleared", "completed",
    }
)  # fmt: skip
"""Events that are news to a person; answers, numbers and states are told by their own lines."""

WELL_SENT = ("acknowledged", "handed-over")
"""Outcomes of a try that are no news: the receipt is told by its own line."""

CHANNELS = {"1": "green", "2": "yellow", "3": "red"}
"""VNACCS control channels: nothing, documents, goods."""

_GOOD = "green"
_BAD = "bold red"
_NEWS = "bold yellow"
_NUMBER = "bold magenta"
_MESSAGE = "bold"
_ANSWER = "cyan"


@dataclass(slots=True)
class Story:
    """Reads lines in order; remembers who signs which message and which office has which zone."""

    zones: Mapping[str, ZoneInfo]
    departure: str
    signatories: dict[str, str] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def tell(self, line: Shape) -> Iterator[Line]:
        """Yield what one timeline line shows; nothing for those that only matter to the log."""
        match line["kind"]:
            case "signed":
                self.signed.add(line["message"])
            case "sent" if line["outcome"] not in WELL_SENT:
                yield self._line(line, _failed(line))
            case "receipt":
                yield self._line(line, self._delivered(line))
            case "answer":
                yield self._line(line, self._answered(line))
            case "awaiting-signature":
                yield self._line(line, _awaiting(line))
            case "parked":
                yield self._line(line, (Piece(f"■ {line['type']}", _BAD), Piece("parked", _BAD)))
            case "event":
                yield from self._events(line)
            case _:
                pass  # only of interest to the log

    def _line(self, line: Shape, pieces: Iterable[Piece]) -> Line:
        return self._at(line["at"], str(line["office"]), tuple(pieces))

    def _at(self, at: str, office: str, pieces: tuple[Piece, ...]) -> Line:
        office = office or self.departure
        zone = self.zones.get(office) or self.zones[self.departure]
        return Line(at=datetime.fromisoformat(at).astimezone(zone), office=office, pieces=pieces)

    def _delivered(self, line: Shape) -> Iterator[Piece]:
        yield Piece(f"→ {line['type']}", _MESSAGE)
        if line["message"] in self.signed:
            signatory = self.signatories.get(line["message"], "")
            yield Piece(f"✎ {signatory}", spelled=f"signed by {signatory},")
        receipt = str(line["receipt"])
        yield Piece(f"✓ {receipt}", _GOOD, spelled=f"{receipt} receipt")

    def _answered(self, line: Shape) -> Iterator[Piece]:
        kind = str(line["facts"].get("kind", ""))
        bad = kind in ("refused", "not-released")
        told = str(line["type"]).removesuffix(f"-{kind}")
        yield Piece(f"← {told}", _BAD if bad else _ANSWER)
        if told != kind:
            yield Piece(kind, _BAD if bad else _ANSWER)
        for number in (line["facts"].get("numbers") or {}).values():
            if number not in self.numbers:  # told once, when it is given
                self.numbers.add(number)
                yield Piece(str(number), _NUMBER)

    def _events(self, line: Shape) -> Iterator[Line]:
        for event in line["facts"].get("events") or ():
            if event["kind"] in TOLD_EVENTS:
                piece = Piece(f"● {event['kind']}", _NEWS)
                yield self._at(line["at"], event["office"], (piece,))
            elif channel := event["facts"].get("channel"):
                colour = CHANNELS.get(str(channel), "")
                piece = Piece(f"◆ channel {channel}", spelled=f"◆ control channel {channel}")
                pieces = (piece, Piece(colour, colour))
                yield self._at(line["at"], event["office"], pieces)
            elif event["facts"].get("state") == "closed":
                pieces = (Piece(f"■ {event['procedure']}", _GOOD), Piece("closed", _GOOD))
                yield self._at(line["at"], event["office"], pieces)


def _failed(line: Shape) -> tuple[Piece, ...]:
    return (Piece(f"✗ {line['type']}", _BAD), Piece(str(line["outcome"]), _BAD))


def _awaiting(line: Shape) -> tuple[Piece, ...]:
    signatory = str(line["facts"].get("signatory", ""))
    return (Piece(f"… {line['type']}", _NEWS), Piece(f"awaits {signatory}", _NEWS))
