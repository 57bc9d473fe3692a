"""Commands about trust: what is trusted, taking it back, and a lost API key replaced."""

import sys
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.options import FolderOptions

FINGERPRINT_SHOWN = 16

access_commands = Branch(
    help="See API keys, certificates and mandates, revoke them, renew a lost key."
)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(access_commands, name="access")


@access_commands.command("list")
def list_(*, options: FolderOptions) -> None:
    """List what is trusted here and until when: API keys, certificates, mandates.

    Example:
      fullroute access list
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.grants import grants

    with open_folder(options.data) as gateway:
        now = gateway.ports.clock.now()
        found = [
            _shape(one, counts=one.counts(now))
            for one in grants(gateway.ports, operator(gateway.ports).tenant)
        ]
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        ("Kind", "Name", "Whose", "Allows", "Counts until"),
        [
            (
                one["kind"],
                one["name"][:FINGERPRINT_SHOWN] if one["kind"] == "certificate" else one["name"],
                one["owner"],
                one["about"],
                one["until"] if one["counts"] else f"ended {one['until']}",
            )
            for one in found
        ],
    )


@access_commands.command()
def revoke(
    name: Annotated[
        str, typer.Argument(help="As access list names it; the first eight of a certificate do.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    *,
    options: FolderOptions,
) -> None:
    """End an API key, a certificate or a mandate from now on; what was signed before stands.

    Example:
      fullroute access revoke prn_01KB6V3C9E --reason "laptop lost"
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.grants import revoke as end

    with open_folder(options.data) as gateway:
        ended = end(gateway.ports, operator(gateway.ports), name, reason)
    if options.json:
        output.print_json(_shape(ended, counts=False))
    else:
        output.note(f"The {ended.kind} {ended.name} of {ended.owner} counts no more.")


@access_commands.command()
def renew(
    name: Annotated[str, typer.Argument(help="The API key's, as access list names it.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    *,
    options: FolderOptions,
) -> None:
    """Replace a lost API key: print one that allows the same; the old one counts no more.

    Example:
      fullroute access renew prn_01KB6V3C9E --reason "laptop lost"
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.grants import renew as replace

    with open_folder(options.data) as gateway:
        principal, key = replace(gateway.ports, operator(gateway.ports), name, reason)
    if options.json:
        output.print_json({"renewed": name, "principal": principal.id, "api_key": key})
        return
    output.note(
        f"{principal.id} of {principal.name} stands for {name}, which counts no more. "
        "Its API key, shown this once:"
    )
    sys.stdout.write(f"{key}\n")


def _shape(grant: Any, *, counts: bool) -> dict[str, Any]:  # noqa: ANN401 - loads with the store
    return {
        "kind": grant.kind.value,
        "name": grant.name,
        "owner": grant.owner,
        "about": grant.about,
        "until": grant.until.isoformat() if grant.until else "",
        "counts": counts,
    }
