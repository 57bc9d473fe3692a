"""Commands about movements: list, show, timeline, report, export."""

import sys
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.desk import Told
from gateway.cli.opening import open_desk
from gateway.cli.options import LIMIT, Cursor, DeskOptions, Limit
from gateway.cli.output import Columns
from gateway.domain.calendar_ends import tellable
from gateway.domain.errors import InConflict
from gateway.domain.finding import Finding
from gateway.domain.movement_state import MovementState
from gateway.domain.page import NUMBER_MAX

Reference = Annotated[
    str, typer.Argument(metavar="REF", help="The movement reference, as submit printed it.")
]

Happened = Annotated[
    str, typer.Argument(help="presented, yard-reached, departed, incident, arrived.")
]
HappenedAt = Annotated[str, typer.Argument(help="The office where it happened.")]
When = Annotated[
    str, typer.Option(help="When, with offset, e.g. 2026-11-24T08:05:00+08:00; else now.")
]
Facts = Annotated[
    list[str] | None, typer.Option(help="NAME=VALUE, e.g. seal=CQ8801172; repeat for more.")
]

movement_commands = Branch(help="See movements, report what happened, export their evidence.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(movement_commands, name="movement")


@movement_commands.command("list")
def list_(
    *,
    state: Annotated[MovementState | None, typer.Option(help="Only in this state.")] = None,
    plate: Annotated[str, typer.Option(help="Only with this plate.")] = "",
    cursor: Cursor = "",
    limit: Limit = LIMIT,
    options: DeskOptions,
) -> None:
    """List movements, newest first.

    Example:
      fullroute movement list --state under-way
    """
    with open_desk(options) as desk:
        page = desk.movements(state=state or "", plate=plate, cursor=cursor, limit=limit)
    columns: Columns = {
        "Movement": itemgetter("reference"),
        "State": itemgetter("state"),
        "LRN": itemgetter("lrn"),
        "Declarant": itemgetter("declarant"),
        "Created": itemgetter("created_at"),
    }
    output.print_page(page, columns, "No movements.", as_json=options.json)


@movement_commands.command()
def show(ref: Reference, *, options: DeskOptions) -> None:
    """Show a movement: offices, procedures with their numbers, every message and its state.

    Example:
      fullroute movement show 26CN4F7KQ2M8ZT1XJ3
    """
    with open_desk(options) as desk:
        found = desk.movement(ref)
    if options.json:
        output.print_json(found)
    else:
        _print_movement(found)


def _print_stops(found: list[dict[str, Any]]) -> None:
    output.print_table(
        ("Office", "Name", "Role", "State", "Expected (office time)", "Estimated"),
        [
            (
                one["office"],
                one["name"],
                one["role"],
                one["state"],
                one["expected_office_time"],
                one["estimated_at"] or "",
            )
            for one in found
        ],
    )


def _print_movement(found: dict[str, Any]) -> None:
    output.print_pairs(
        (
            ("Movement", found["reference"]),
            ("State", found["state"]),
            ("LRN", found["lrn"]),
            ("Declarant", found["declarant"]),
            ("Created", found["created_at"]),
            ("Trips", ", ".join(trip["id"] for trip in found["trips"])),
            *_erased(found.get("erased")),
        )
    )
    _print_stops(found["stops"])
    output.print_table(
        ("Procedure", "State", "Official numbers"),
        [
            (
                one["kind"],
                one["state"],
                ", ".join(f"{kind} {number}" for kind, number in one["numbers"].items()),
            )
            for one in found["procedures"]
        ],
    )
    output.print_table(
        ("Id", "Message", "Office", "State", "Waits for", "Signed by", "Receipt"),
        [
            (
                one["id"],
                one["type"],
                one["office"],
                one["state"],
                one.get("refusal") or one["waits_for"],
                one["signatory"] if one["signed_by"] else "",
                one["receipt_kind"],
            )
            for one in found["messages"]
        ],
    )
    _print_deadlines([one for one in found["deadlines"] if one["state"] != "ended"])
    output.print_findings(found.get("findings", ()), sys.stdout)


def _erased(told: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if told:
        yield "Erased", f"{told['at']} by {told['by']}: {told['reason']}"


def _print_deadlines(found: list[dict[str, Any]]) -> None:
    output.print_table(
        ("Date of", "About", "Office", "Due", "State"),
        [
            (one["kind"], one["subject"], one["office"], one["due_at"], _stands(one))
            for one in found
        ],
    )


def _stands(one: dict[str, Any]) -> str:
    return f"{one['state']}: {one['ended_by']}" if one["ended_by"] else str(one["state"])


@movement_commands.command()
def deadlines(ref: Reference, *, options: DeskOptions) -> None:
    """Show the dates of a movement, those that ended too: what is due when, and what ended it.

    A date that passes decides nothing: it asks for a person, or starts an enquiry.

    Example:
      fullroute movement deadlines 26CN4F7KQ2M8ZT1XJ3
    """
    with open_desk(options) as desk:
        found = desk.movement(ref)["deadlines"]
    if options.json:
        output.print_json({"data": found})
        return
    _print_deadlines(found)
    if not found:
        output.note("No dates are kept of it.")


@movement_commands.command()
def timeline(
    ref: Reference,
    *,
    after: Annotated[
        int, typer.Option(min=-1, max=NUMBER_MAX, help="Only lines after this log index.")
    ] = -1,
    options: DeskOptions,
) -> None:
    """Show everything that happened to a movement, in order.

    Example:
      fullroute movement timeline 26CN4F7KQ2M8ZT1XJ3
    """
    found: list[dict[str, Any]] = []
    with open_desk(options) as desk:
        while page := desk.timeline(ref, after):
            found += page
            after = page[-1]["index"]
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        ("Index", "Local time", "Office", "What", "Message", "Number", "Text"),
        [
            (
                one["index"],
                one["office_time"] or one["at"],
                one["office"],
                one["kind"],
                one["type"],
                one["number"],
                _told(one),
            )
            for one in found
        ],
    )


def _told(line: dict[str, Any]) -> str:
    """Say who signed, what a receipt proves, or the bare fact where it says more than the kind."""
    text = line["text"] if line["text"] != line["kind"] else ""
    signed = f"by {line['signed_by'].partition('#')[0]}" if line["signed_by"] else ""
    return " ".join(one for one in (text, signed, line["receipt"]) if one)


@movement_commands.command()
def report(
    ref: Reference,
    kind: Happened,
    office: HappenedAt,
    *,
    at: When = "",
    fact: Facts = None,
    options: DeskOptions,
) -> None:
    """Report what the enterprise did or what befell it on the way.

    Example:
      fullroute movement report 26CN4F7KQ2M8ZT1XJ3 departed CN008001 --fact seal=CQ8801172
    """
    told = Told(kind=kind, at=moment(at), office=office, facts=facts_of(fact or []))
    with open_desk(options) as desk:
        events = desk.report(ref, told)
    print_events(events, json=options.json)


def print_events(events: list[dict[str, Any]], *, json: bool) -> None:
    """Print what a report led to."""
    if json:
        output.print_json({"events": events})
        return
    for one in events:
        output.note(f"{one['kind']} {one['office']} {one['procedure']}".rstrip())
    if not events:
        output.note("Known already; nothing changed.")


def moment(text: str) -> datetime:
    """Return the time that was written, now where none was; an offset is compulsory."""
    if not text:
        from gateway.bootstrap import open_clock

        return open_clock().now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no time; write 2026-11-24T08:05:00+08:00") from error
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text} has no offset; add one, e.g. +08:00")
    if not tellable(at):
        raise typer.BadParameter(f"{text} lies at the end of the calendar")
    return at


def facts_of(pairs: list[str]) -> dict[str, str]:
    """Return facts written as NAME=VALUE."""
    facts = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not (name and separator):
            raise typer.BadParameter(f"{pair}: write NAME=VALUE")
        facts[name] = value
    return facts


@movement_commands.command()
def export(
    ref: Reference,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    *,
    options: DeskOptions,
) -> None:
    """Write the exact bytes of every message, receipt and answer, and how to check them.

    Example:
      fullroute movement export 26CN4F7KQ2M8ZT1XJ3 ./evidence
    """
    from gateway.cli.files import write_files

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InConflict(Finding(code="cli.folder-not-empty", value=str(folder)))
    with open_desk(options) as desk:
        files = desk.export(ref)
    write_files(folder, files)
    if options.json:
        output.print_json({"folder": str(folder), "files": [name for name, _ in files]})
    else:
        output.note(f"{len(files)} files in {folder}; README there says how to check them.")
