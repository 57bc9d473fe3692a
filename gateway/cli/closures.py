"""Commands about closures: say what is shut, judge what an office announced, take a way round."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.movements import moment
from gateway.cli.opening import open_desk
from gateway.cli.options import DeskOptions, FolderOptions

Name = Annotated[str, typer.Argument(metavar="CLOSURE", help="Its id, as add printed it.")]

closure_commands = Branch(
    help="Close an office and take a way round, planned before anything is sent."
)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(closure_commands, name="closure")


@closure_commands.command()
def add(
    office: Annotated[str, typer.Argument(help="The office that is closed.")],
    reason: Annotated[str, typer.Argument(help="Why, in words; told to the offices concerned.")],
    *,
    lane: Annotated[str, typer.Option(help="Only this lane of it; its others go on.")] = "",
    begins: Annotated[str, typer.Option("--from", help="With offset; else now.")] = "",
    until: Annotated[str, typer.Option(help="With offset; else until it is ended.")] = "",
    planned: Annotated[bool, typer.Option(help="It was announced beforehand.")] = False,
    options: DeskOptions,
) -> None:
    """Say that an office or a lane is closed. Nothing is diverted by that: plan and apply do.

    A closed lane stops vehicles; goods need a way round only when no other lane of it takes them.

    Example:
      fullroute closure add CN00X001 "typhoon" --until 2026-11-28T08:00:00+08:00
    """
    told = {
        "office": office,
        "lane": lane,
        "reason": reason,
        "from": moment(begins).isoformat(),
        "until": moment(until).isoformat() if until else None,
        "planned": planned,
    }
    _act("", "add", told, options)


@closure_commands.command("list")
def list_(*, options: DeskOptions) -> None:
    """List closures, the earliest first.

    Example:
      fullroute closure list
    """
    with open_desk(options) as desk:
        found = desk.closure("", "list", {})
    if options.json:
        output.print_json(found)
        return
    rows = [
        tuple(
            one[name] or "" for name in ("id", "office", "lane", "state", "from", "until", "reason")
        )
        for one in found["data"]
    ]
    heads = ("Closure", "Office", "Lane", "State", "From", "Until", "Reason")
    output.print_table(heads, rows)
    if not rows:
        output.note("No closures.")


@closure_commands.command()
def show(name: Name, *, options: DeskOptions) -> None:
    """Show a closure and what is planned round it, movement by movement.

    Example:
      fullroute closure show clo_0197f3a2b4c5
    """
    _act(name, "show", {}, options)


@closure_commands.command()
def confirm(name: Name, *, options: DeskOptions) -> None:
    """Let a closure count that an office announced.

    Example:
      fullroute closure confirm clo_0197f3a2b4c5
    """
    _act(name, "confirm", {}, options)


@closure_commands.command()
def dismiss(name: Name, *, options: DeskOptions) -> None:
    """Set aside what an office announced; it is not proposed again.

    Example:
      fullroute closure dismiss clo_0197f3a2b4c5
    """
    _act(name, "dismiss", {}, options)


@closure_commands.command()
def plan(
    name: Name,
    *,
    via: Annotated[
        str, typer.Option(metavar="EXIT:ENTRY", help="Take this crossing; else a listed one.")
    ] = "",
    options: DeskOptions,
) -> None:
    """Find a way round for every movement that is hit. Nothing is sent.

    Each changed declaration is put to every office on its way, dry; what each office would be told,
    at once and later, and what is told no more stands beside it.

    Example:
      fullroute closure plan clo_0197f3a2b4c5 --via CN007208:VN00X002
    """
    _act(name, "plan", {"via": via}, options)


@closure_commands.command()
def apply(
    name: Name,
    *,
    minutes: Annotated[
        int, typer.Option(min=0, max=1440, help="How long it can be undone before it is sent.")
    ] = 5,
    options: DeskOptions,
) -> None:
    """Confirm the plan: it is carried out after a while, and can be undone until then.

    A movement whose declarant gave no mandate awaits the declarant's own signature.

    Example:
      fullroute closure apply clo_0197f3a2b4c5 --minutes 10
    """
    seconds = int(timedelta(minutes=minutes).total_seconds())
    _act(name, "apply", {"grace_seconds": seconds}, options)


@closure_commands.command()
def undo(name: Name, *, options: DeskOptions) -> None:
    """Take back what was not carried out yet; nobody was told of it.

    Example:
      fullroute closure undo clo_0197f3a2b4c5
    """
    _act(name, "undo", {}, options)


@closure_commands.command()
def end(name: Name, *, options: DeskOptions) -> None:
    """Say that the office is open again; what was diverted stays so, what was not goes as declared.

    A closure that has not begun is called off: it is shown as dismissed.

    Example:
      fullroute closure end clo_0197f3a2b4c5
    """
    _act(name, "end", {}, options)


@closure_commands.command()
def declaration(
    name: Name,
    movement: Annotated[str, typer.Argument(metavar="REF", help="The movement reference.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write it.")],
    options: FolderOptions,
) -> None:
    """Write the changed declaration of a movement, for its declarant to sign and hand in.

    Hand it in with `fullroute movement amend REF FILE --key ... --certificate ...`.

    Example:
      fullroute closure declaration clo_0197f3a2b4c5 26CN4F7KQ2M8ZT1XJ3 -o changed.xml
    """
    from gateway.cli.files import write_file
    from gateway.cli.folder import open_folder, operator
    from gateway.closures import declaration_of

    with open_folder(options.data) as gateway:
        content = declaration_of(gateway.ports, operator(gateway.ports), name, movement)
    write_file(out, content)
    if options.json:
        output.print_json({"file": str(out)})
    else:
        output.note(f"{out}: sign it, then hand it in with movement amend.")


def _act(name: str, act: str, told: dict[str, Any], options: DeskOptions) -> None:
    """Do one act on a closure at the desk, or add one, and show how it stands now."""
    with open_desk(options) as desk:
        found = desk.closure(name, act, told)
    if options.json:
        output.print_json(found)
        return
    output.print_pairs(
        (
            ("Closure", found["id"]),
            ("Office", found["office"]),
            *((("Lane", found["lane"]),) if found["lane"] else ()),
            ("State", found["state"]),
            ("From", found["from"]),
            ("Until", found["until"] or "it is ended"),
            ("Reason", found["reason"]),
        )
    )
    output.print_table(
        ("Movement", "State", "Instead", "Told at once", "Told no more", "Why not"),
        [
            (
                one["movement"],
                one["state"],
                ", ".join(f"{old} > {new}" for old, new in one["instead"].items()),
                ", ".join(one["told"]),
                ", ".join(one["told_no_more"]),
                ", ".join(one.get("why_not", one["codes"])),
            )
            for one in found["movements"]
        ],
    )
