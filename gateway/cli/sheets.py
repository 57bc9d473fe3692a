"""Commands of the workbook (.xlsx): an empty one to fill in, and a declaration written into one."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.files import read_declaration_file, write_file
from gateway.cli.options import Lang, SpeechOptions

sheet_commands = Branch(
    help="Declare in a workbook (.xlsx): get the template, or write a declaration into one."
)

To = Annotated[Path, typer.Option("--output", "-o", help="The workbook to write (.xlsx).")]
LayoutName = Annotated[str, typer.Option("--layout", help="A layout of schemas/intake.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(sheet_commands, name="sheet")


@sheet_commands.command("template")
def write_template(to: To, *, layout: LayoutName = "", lang: Lang = "en") -> None:
    """Write an empty workbook, with headings in one language; all three are read.

    Example:
      fullroute sheet template --lang zh -o declaration.xlsx
    """
    from gateway.bootstrap import open_offline
    from gateway.usecases.sheet import template

    write_file(to, template(open_offline(), lang, layout))
    output.note(f"Written to {to}: fill it in, then fullroute validate {to}")


@sheet_commands.command("fill")
def fill_workbook(
    file: Annotated[Path, typer.Argument(help="The declaration; - for standard input.")],
    to: To,
    *,
    layout: LayoutName = "",
    options: SpeechOptions,
) -> None:
    """Write a declaration of any format into a workbook; what it has no column for is told.

    Example:
      fullroute sheet fill declaration.xml -o declaration.xlsx
    """
    from gateway.cli.offline import converted, open_offline
    from gateway.usecases.sheet import filled

    ports = open_offline()
    raw = read_declaration_file(file)
    ours = converted(ports, raw)
    content, left = filled(ports, ours.content if ours else raw, options.lang, layout)
    write_file(to, content)
    texts = ports.packs.catalogue()
    told = [output.shown(one, texts, options.lang) for one in left]
    if options.json:
        output.print_json({"written": str(to), "findings": told})
        return
    output.print_findings(told)
    output.note(f"Written to {to}.")
