"""What can be changed in a pack by machine, to see whether its cases and journeys notice.

Rules are negated and dropped, ``value-of`` of projections dropped, keys of answers left out or
turned into another, policies of ``pack.toml`` changed. A TOML file is parsed, changed and written
again, so every mutant is the bytes of one file.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.domain.event import EventKind
from gateway.domain.message import AnswerKind
from gateway.domain.procedure import ProcedureState
from gateway.domain.trust import Signatory
from gateway.packs.manifest import To

RULE = re.compile(r"<(assert|report)\b[^>]*?\bid=\"([^\"]+)\"[^>]*?(/>|>.*?</\1>)", re.DOTALL)
TEST = re.compile(r"(\btest=)(\"[^\"]*\"|'[^']*')")
VALUE = re.compile(r"<xsl:value-of\b[^>]*/>")

Table = dict[str, Any]


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: the file, what was done (a person reads it), the file's new bytes.

    ``speaks_of`` is the message type it has to do with, or the beginning of every one.
    """

    file: str
    done: str
    raw: bytes
    speaks_of: str = ""


def mutants(files: Mapping[str, bytes]) -> Iterator[Mutant]:
    """Yield every mutant of a pack."""
    for file, raw in files.items():
        text = raw.decode("utf-8", "replace")
        if file.startswith("rules/"):
            yield from _rules(file, text)
        elif file.startswith("project/"):
            yield from _mappings(file, text)
        elif file.startswith("answers/"):
            yield from _tables(file, text, _answer_changes)
        elif file == "pack.toml":
            yield from _tables(file, text, _policy_changes)


def _rules(file: str, text: str) -> Iterator[Mutant]:
    for found in RULE.finditer(text):
        rule, code = found.group(0), found.group(2)
        negated = TEST.sub(lambda m: f"{m[1]}{m[2][0]}not({m[2][1:-1]}){m[2][0]}", rule, count=1)
        for done, other in (("negated", negated), ("dropped", "")):
            changed = text[: found.start()] + other + text[found.end() :]
            yield Mutant(file, f"rule {code} {done}", changed.encode())


def _mappings(file: str, text: str) -> Iterator[Mutant]:
    for found in VALUE.finditer(text):
        line = text[: found.start()].count("\n") + 1
        changed = text[: found.start()] + text[found.end() :]
        yield Mutant(file, f"mapping {file}:{line} dropped", changed.encode())


# ------------------------------------------------------------------ tables

Change = tuple[str, str, Any]
"""What is done, to which key, and its new value; None takes the key out."""


def _tables(file: str, text: str, changes: Any) -> Iterator[Mutant]:
    document = tomllib.loads(text)
    for kind in ("answer", "message", "procedure"):
        for place, table in enumerate(document.get(kind, [])):
            name = table.get("type") or table.get("kind")
            for done, key, value in changes(kind, table):
                twin = deepcopy(document)
                changed = {**table, key: value} if value is not None else _without(table, key)
                twin[kind][place] = changed
                speaks_of = table.get("about", table.get("type", ""))
                yield Mutant(file, f"{kind} {name}: {done}", spelled(twin).encode(), speaks_of)


def _without(table: Table, key: str) -> Table:
    return {name: value for name, value in table.items() if name != key}


def _other(words: Any, now: str) -> str:
    return next(word.value for word in words if word.value != now)


def _answer_changes(_kind: str, table: Table) -> Iterator[Change]:
    """Change what an answer is taken for, what it moves and what is read from it."""
    if "when" in table:
        yield "when never", "when", "false()"
    yield "kind", "kind", _other(AnswerKind, table["kind"])
    for key in ("procedure_state", "event", "correlation", "occurred_at"):
        if key in table:
            yield f"{key} dropped", key, None
    if "procedure_state" in table:
        state = _other(ProcedureState, table["procedure_state"])
        yield "procedure_state", "procedure_state", state
    for key in ("numbers", "facts", "findings"):
        for name in table.get(key, {}):
            if (key, name) != ("findings", "each"):
                yield f"{key} {name} dropped", key, _without(table[key], name)


def _policy_changes(kind: str, table: Table) -> Iterator[Change]:
    yield from _of_procedure(table) if kind == "procedure" else _of_message(table)


def _of_procedure(table: Table) -> Iterator[Change]:
    for key in ("rules", "number"):
        yield from _left_out(key, table)


def _of_message(table: Table) -> Iterator[Change]:
    """Change when a message is owed, to whom, signed by whom, and what it keeps back."""
    for key in ("on", "after", "yields_to", "withheld"):
        yield from _left_out(key, table)
    if table.get("on"):
        other = EventKind.CLEARED.value if "cleared" not in table["on"] else "submitted"
        yield f"on {other}", "on", [other]
    for place, one in enumerate(table.get("after", []), start=1):
        if "switch" in one:
            plain = [_without(e, "switch") if e is one else e for e in table["after"]]
            yield f"after {place} without its switch", "after", plain
    if "per" in table:
        yield "per", "per", "office" if table["per"] == "administration" else "administration"
    for other in (one.value for one in To if "to" in table):
        if other != table["to"]:
            yield f"to {other}", "to", other
    yield "deadline", "deadline_hours", table.get("deadline_hours", 72) + 1
    yield "signatory", "signatory", _other(Signatory, table["signatory"])
    yield "subject", "subject", "trip" if table.get("subject") != "trip" else "movement"


def _left_out(key: str, table: Table) -> Iterator[Change]:
    """Leave each entry of a list out."""
    entries = table.get(key, [])
    for place, one in enumerate(entries):
        name = one if isinstance(one, str) else one.get("field") or one.get("message") or place + 1
        yield f"{key} {name} dropped", key, [*entries[:place], *entries[place + 1 :]]


# ------------------------------------------------------------------ writing TOML


def spelled(document: Table) -> str:
    """Write a TOML document: every key of the root on a line of its own, the rest inline."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = (f"{json.dumps(key)} = {_value(one)}" for key, one in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
