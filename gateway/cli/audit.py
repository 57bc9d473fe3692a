"""Commands about the log: audit verify."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.exits import Exit
from gateway.cli.options import FolderOptions

audit_commands = Branch(help="Check what the log says.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(audit_commands, name="audit")


@audit_commands.command()
def verify(
    *,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="The file log/checkpoint of an export: the log must still begin as it did then."
            " May be repeated.",
        ),
    ] = None,
    options: FolderOptions,
) -> None:
    """Recompute the whole log: entries, hashes, commitments to every stored body. Exit code 0 or 9.

    Programs may go on working. The log must begin with what this machine has seen of it
    (log-witness.json in the data folder), and with what any checkpoint given covers. A movement
    that never keeps still is counted, not verified: run it again.

    Example:
      fullroute audit verify --checkpoint ./evidence/log/checkpoint
    """
    from gateway.caretaking import keep_seen, states_seen
    from gateway.cli.files import read_file
    from gateway.cli.folder import open_folder
    from gateway.usecases.audit import verify_log

    kept = [(str(path), read_file(path)) for path in checkpoint or ()]
    with open_folder(options.data) as gateway:
        report = verify_log(gateway.ports, states_seen(gateway.settings, gateway.ports, kept))
        texts = gateway.ports.packs.catalogue()
        if report.agrees:
            keep_seen(gateway.settings, report.tree)
    findings = [output.shown(one, texts, options.lang) for one in report.findings]
    moving = list(report.moving)
    if options.json:
        told = {"entries": report.size, "root": report.root, "moving": moving, "errors": findings}
        told |= {"bodies": report.bodies, "erased": report.erased}
        output.print_json({"ok": not findings, **told})
    else:
        output.print_findings(findings)
        output.note(f"{report.size} entries, root {report.root}: {len(findings)} finding(s).")
        if report.erased:
            output.note(f"{report.bodies} bodies are there, {report.erased} erased by law.")
        if moving:
            output.note(f"{len(moving)} kept moving, not compared: {', '.join(moving)}.")
    if findings:
        raise typer.Exit(Exit.NOT_VERIFIED)
