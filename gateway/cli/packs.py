"""Commands about packs: list, new, check, explain, diff, pin.

None of them needs a data folder; with one, the packs in it are known too.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.exits import Exit
from gateway.cli.options import FolderOptions, SpeechOptions

pack_commands = Branch(help="Work on packs: what each administration wants, as folders.")

Which = Annotated[str, typer.Argument(help="A pack's folder, or a name of `fullroute pack list`.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(pack_commands, name="pack")


@pack_commands.command("list")
def list_packs(*, options: FolderOptions) -> None:
    """List the packs at hand, in every version, and who vouches for each.

    Example:
      fullroute pack list
    """
    from gateway.cli.packroom import known_packs, pack_shape

    shapes = [pack_shape(one) for one in known_packs(options.data)]
    if options.json:
        output.print_json(shapes)
        return
    columns = ("name", "pack", "version", "serves", "valid_from", "valid_to", "status", "vouched")
    output.print_table(columns, ([one[column] for column in columns] for one in shapes))


@pack_commands.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The pack's id, lower case, e.g. xa.")],
    *,
    administration: Annotated[
        str, typer.Option(help="Two capital letters; X-codes are for examples.")
    ] = "XA",
    folder: Annotated[Path | None, typer.Option(help="Where; else a folder of that name.")] = None,
    options: SpeechOptions,
) -> None:
    """Make a small pack that works at once, to be changed bit by bit.

    Example:
      fullroute pack new xa --administration XA
    """
    from gateway.cli.packroom import make_pack

    made, files = make_pack(name, administration, folder or Path(name))
    if options.json:
        output.print_json({"folder": str(made), "files": files})
        return
    output.note(f"{len(files)} files in {made}. Next: fullroute pack check {made}")


@pack_commands.command("check")
def check(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Folders or names; without any, all shipped packs.")
    ] = None,
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write the expected files of the cases as made now.")
    ] = False,
    remarks: Annotated[
        bool, typer.Option("--remarks", help="Tell also what is no fault, as rules without a case.")
    ] = False,
    options: FolderOptions,
) -> None:
    """Compile packs and run every case of their folders; name what is wrong by file and line.

    A pack is looked at in a process of its own without files or network.

    Example:
      fullroute pack check ./xa
    """
    from gateway.cli import packroom

    checked = [
        packroom.checked(one, write=write) for one in packroom.chosen(packs or [], options.data)
    ]
    shapes = [packroom.report_shape(one, options.lang) for one in checked]
    if options.json:
        output.print_json(shapes)
    else:
        columns = ("name", "version", "messages", "answers", "rules", "cases", "failed", "verdict")
        output.print_table(columns, ([one[column] for column in columns] for one in shapes))
        for line in packroom.report_lines(shapes, remarks=remarks):
            output.note(line)
    if not all(one.report.fit for one in checked):
        raise typer.Exit(Exit.INVALID)


@pack_commands.command("explain")
def explain(
    name: Annotated[str, typer.Argument(help="The code of a finding or rule, or a message type.")],
    *,
    options: FolderOptions,
) -> None:
    """Say what a rule, finding, message, answer, code list or switch is about.

    Example:
      fullroute pack explain cn.dec-total-packages
    """
    from gateway.cli.packroom import explained, meaning_lines

    shapes = explained(name, options.data)
    if options.json:
        output.print_json(shapes)
        return
    sys.stdout.write("\n\n".join(meaning_lines(one) for one in shapes) + "\n")


@pack_commands.command("diff")
def diff(
    old: Which,
    new: Which,
    *,
    options: FolderOptions,
) -> None:
    """Say what changes from one version of a pack to another, and for whom.

    Example:
      fullroute pack diff cn ./cn-next
    """
    from gateway.cli.packroom import compared

    shapes = compared(old, new, options.data)
    if options.json:
        output.print_json(shapes)
        return
    columns = ("part", "change", "name", "detail", "whom")
    output.print_table(columns, ([one[column] for column in columns] for one in shapes))


@pack_commands.command("pin")
def pin(
    folder: Annotated[Path, typer.Argument(help="The pack's folder.")],
    *,
    options: FolderOptions,
) -> None:
    """Vouch for a pack: check it, put it into the data folder, and let it carry submissions.

    Example:
      fullroute pack pin ./xa --data ./fullroute-data
    """
    from gateway.cli import packroom

    done, place = packroom.pinned(folder, options.data)
    shape = packroom.report_shape(done, options.lang)
    if options.json:
        output.print_json({**shape, "folder": place})
    elif place:
        output.note(f"{shape['pack']}@{shape['version']} is pinned, in {place}. Restart to use it.")
    else:
        for line in packroom.report_lines([shape], remarks=False):
            output.note(line)
    if not place:
        raise typer.Exit(Exit.INVALID)
