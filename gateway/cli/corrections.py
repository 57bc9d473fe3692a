"""Commands about a declaration: ``movement amend``, ``invalidate``, ``copy`` and ``erase``."""

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.declarations import Certificate, File, Key, signed, tell_submission
from gateway.cli.desk import Told, Why
from gateway.cli.files import write_file
from gateway.cli.movements import Reference, moment, movement_commands, print_events
from gateway.cli.opening import open_desk
from gateway.cli.options import DeskOptions

ReasonCode = Annotated[
    str, typer.Option("--reason", help="A code of the administrations, e.g. 001.")
]
Words = Annotated[str, typer.Option("--text", help="Why, in words.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree, below ``movement``."""
    del app
    movement_commands.command()(amend)
    movement_commands.command()(invalidate)
    movement_commands.command()(copy)
    movement_commands.command()(erase)


def amend(
    ref: Reference,
    file: File,
    *,
    reason: ReasonCode = "",
    text: Words = "",
    key: Key = None,
    certificate: Certificate = None,
    options: DeskOptions,
) -> None:
    """Replace the declaration; the offices concerned are told.

    Before release anything may change but reference number and declarant; after it, until arrival,
    the trip (vehicle, drivers, seals) and the offices ahead. With --key and --certificate the new
    declaration is signed first.

    Example:
      fullroute movement amend 26CN4F7KQ2M8ZT1XJ3 corrected.xml --reason 001
    """
    raw, _ = signed(file, key, certificate)
    once = secrets.token_hex(16)  # not made of the file: who goes back to an earlier one means it
    with open_desk(options) as desk:
        done = desk.amend(ref, raw, once, Why(code=reason, text=text))
    tell_submission(done, known="submit.unchanged", json=options.json)


def invalidate(
    ref: Reference,
    *,
    reason: ReasonCode = "",
    text: Words = "",
    at: Annotated[str, typer.Option(help="When, with offset; else now.")] = "",
    options: DeskOptions,
) -> None:
    """Ask the offices to invalidate the declaration, before the goods leave.

    Nothing else is sent while they decide.

    Example:
      fullroute movement invalidate 26CN4F7KQ2M8ZT1XJ3 --text "order cancelled"
    """
    facts = {name: value for name, value in (("reason", reason), ("text", text)) if value}
    with open_desk(options) as desk:
        office = str(desk.movement(ref)["stops"][0]["office"])
        told = Told(kind="invalidation-asked", at=moment(at), office=office, facts=facts)
        events = desk.report(ref, told)
    print_events(events, json=options.json)
    sys.stdout.flush()
    if not options.json:
        output.note("Its offices decide; fullroute movement show tells how.")


def copy(
    ref: Reference,
    lrn: Annotated[str, typer.Option(help="The reference number of the new declaration.")],
    *,
    depart: Annotated[
        str, typer.Option(help="ISO time with offset; the expected times move with it.")
    ] = "",
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here, not to standard output.")
    ] = None,
    options: DeskOptions,
) -> None:
    """Copy a movement's declaration as the beginning of a new one, unsigned.

    Reference number and time of issue are new, the transport batch number is left out; without
    --depart expected times are left out too. Look at invoice, papers, vehicle and seals, then
    submit it with your key.

    Example:
      fullroute movement copy 26CN4F7KQ2M8ZT1XJ3 --lrn CQ-2026-000118 -o next.xml
    """
    at = moment(depart).isoformat() if depart else ""
    if not lrn.strip():
        raise typer.BadParameter("--lrn is empty")
    with open_desk(options) as desk:
        content = desk.copy(ref, lrn, at)
    if to is not None:
        write_file(to, content)
    if options.json:
        output.print_json({"declaration": content.decode(), "written": str(to or "")})
    elif to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        output.note(f"{to} is like {ref}; look at invoice, papers, vehicle and seals, then submit.")


def erase(
    ref: Reference,
    reason: Annotated[str, typer.Option(help="Why; it stands in the log for good.")],
    *,
    key: Annotated[str, typer.Option("--key", help="Idempotency key: the same for a repeat.")] = "",
    options: DeskOptions,
) -> None:
    """Erase what a movement said, for good: only one that is completed or invalidated.

    Declaration, messages, receipts, answers and readings go, and parties, plates and seals in rows.
    Digests, seals of links, states, times and official numbers stay, and so do the log and its
    proofs. Backups made before hold it all until they are destroyed.

    Example:
      fullroute movement erase 26CN4F7KQ2M8ZT1XJ3 --reason "retention ended, case 2026-14"
    """
    with open_desk(options) as desk:
        done = desk.act(("movements", ref), {"act": "erase", "reason": reason}, key)
    if options.json:
        output.print_json(done)
        return
    if done["repeated"]:
        output.note(f"{ref} is erased already.")
        return
    output.note(f"{ref} is erased: {done['erased']} bodies are gone for good.")
    if done["kept"]:
        output.note(f"{done['kept']} stay: another movement points at them.")
