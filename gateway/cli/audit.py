"""Commands about the log: audit verify."""

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
def verify(*, options: FolderOptions) -> None:
    """Recompute the whole log: entries, hashes, commitments to every stored body. Exit code 0 or 9.

    Example:
      fullroute audit verify
    """
    from gateway.cli.folder import open_folder
    from gateway.usecases.audit import verify_log

    with open_folder(options.data) as gateway:
        report = verify_log(gateway.ports)
        texts = gateway.ports.packs.catalogue()
    findings = [output.shown(one, texts, options.lang) for one in report.findings]
    if options.json:
        output.print_json(
            {
                "ok": not findings,
                "entries": report.size,
                "root": report.root,
                "bodies": report.bodies,
                "erased": report.erased,
                "errors": findings,
            }
        )
    else:
        output.print_findings(findings)
        output.note(f"{report.size} entries, root {report.root}: {len(findings)} finding(s).")
        if report.erased:
            output.note(f"{report.bodies} bodies are there, {report.erased} erased by law.")
    if findings:
        raise typer.Exit(Exit.NOT_VERIFIED)
