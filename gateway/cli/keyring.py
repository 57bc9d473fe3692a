"""Commands about keys (list, create, import, rotate) and settings (show, check)."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.exits import Exit
from gateway.cli.files import read_file
from gateway.cli.options import FolderOptions

DAYS = 730

Why = Annotated[str, typer.Option("--reason", help="Why; it goes into the log.")]

key_commands = Branch(
    help="Keys the gateway holds: its seal, and those of parties who gave a mandate."
)
config_commands = Branch(help="See and check the settings in force.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(key_commands, name="keys")
    app.add_typer(config_commands, name="config")


@key_commands.command("list")
def list_keys(*, options: FolderOptions) -> None:
    """List the public seal keys, and the party keys with their certificates.

    Example:
      fullroute keys list --json
    """
    from gateway.cli.folder import open_folder
    from gateway.cli.keys import party_keys, seal_keys

    with open_folder(options.data) as gateway:
        seals, parties = seal_keys(gateway.ports.keys), party_keys(gateway.ports.keys)
    if options.json:
        output.print_json({"seal": seals, "party": parties})
        return
    output.print_table(
        ("Seal key", "Ed25519 public key (base64)"),
        [(one["id"], one["public_key"]) for one in seals],
    )
    output.print_table(
        ("Party key", "Algorithm", "Subject", "Valid to", "Certificate"),
        [
            (one["name"], one["algorithm"], one["subject"], one["valid_to"], one["certificate"])
            for one in parties
        ],
    )


@key_commands.command()
def create(
    name: Annotated[str, typer.Argument(help="What mandates call it.")],
    subject: Annotated[str, typer.Option(help="Common name of its self-signed certificate.")] = "",
    *,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long it is valid.")] = DAYS,
    reason: Why = "",
    options: FolderOptions,
) -> None:
    """Make a key for a party, with a self-signed certificate; it stays in the key folder.

    Example:
      fullroute keys create importer --subject "Thanh Dong Electronics"
    """
    from gateway.cli.keys import create_key

    made = create_key(options.data, name, reason, common_name=subject or name, days=days)
    if options.json:
        output.print_json(made)
    else:
        output.note(f"Key {name} is made; its certificate is {made['certificate']}.")


@key_commands.command("import")
def import_(
    name: Annotated[str, typer.Argument(help="What mandates call it.")],
    key: Annotated[Path, typer.Option(help="PEM file of the private key, without password.")],
    certificate: Annotated[Path, typer.Option(help="PEM file of its certificate.")],
    *,
    reason: Why = "",
    options: FolderOptions,
) -> None:
    """Take over a party's existing key with its certificate.

    Example:
      fullroute keys import broker --key broker.key.pem --certificate broker.cert.pem
    """
    from gateway.cli.keys import import_key

    made = import_key(options.data, name, reason, read_file(key), read_file(certificate))
    if options.json:
        output.print_json(made)
    else:
        output.note(f"Key {name} is in; its certificate is {made['certificate']}.")


@key_commands.command()
def rotate(*, reason: Why, options: FolderOptions) -> None:
    """Make a new seal key, which seals from now on; the old ones stay published.

    Example:
      fullroute keys rotate --reason "every January"
    """
    from gateway.cli.keys import rotate_seal

    made = rotate_seal(options.data, reason)
    if options.json:
        output.print_json({"seal": made})
    else:
        output.note(f"Seal key {made} seals from now on; offices read it at GET /v1/keys.")


@config_commands.command("show")
def show_config(*, options: FolderOptions) -> None:
    """Show every setting and where its value came from; passwords are masked.

    Example:
      fullroute config show
    """
    from gateway.settings import load_settings

    rows = load_settings(data=options.data).show()
    if options.json:
        output.print_json(
            {"data": [{"key": r.key, "value": r.value, "source": r.source} for r in rows]}
        )
    else:
        output.print_table(("Setting", "Value", "From"), [(r.key, r.value, r.source) for r in rows])


@config_commands.command("check")
def check_config(*, options: FolderOptions) -> None:
    """Check settings, data folder, database version, keys and packs; exit code 0, or 2.

    Example:
      fullroute config check
    """
    from gateway.cli.keys import check_folder

    findings = check_folder(options.data, options.lang)
    fine = not any(one["severity"] in ("fatal", "error") for one in findings)
    if options.json:
        output.print_json({"ok": fine, "errors": findings})
    else:
        output.print_findings(findings)
        output.note("Everything fits." if fine else "Something does not fit.")
    if not fine:
        raise typer.Exit(Exit.USAGE)
