"""Commands that set a gateway up: init, exporter, mandate, office, link.

They work in the data folder itself. Every API key they make is printed once, on standard output,
and kept nowhere.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.files import read_file
from gateway.cli.options import FolderOptions

Party = Annotated[
    str, typer.Option(help="SCHEME:identifier, e.g. USCC:91500000MA5U7K2X1T or MST:0800900006.")
]

exporter_commands = Branch(
    help="Register exporters: who may declare, and the certificates they sign with."
)
mandate_commands = Branch(help="Record who let the gateway sign in their name.")
office_commands = Branch(help="See and add customs offices.")
link_commands = Branch(help="Connect customs systems.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(init)
    app.add_typer(exporter_commands, name="exporter")
    app.add_typer(mandate_commands, name="mandate")
    app.add_typer(office_commands, name="office")
    app.add_typer(link_commands, name="link")


def init(
    *,
    accept_unsigned: Annotated[
        bool, typer.Option(help="Accept foreign formats, which cannot be signed in ours.")
    ] = False,
    options: FolderOptions,
) -> None:
    """Make a data folder: settings, database, seal key, and an operator with an API key.

    Example:
      fullroute init --data ./fullroute-data
    """
    from gateway import bootstrap
    from gateway.settings import load_settings
    from gateway.usecases.setup import set_policy

    settings = load_settings(data=options.data)
    made = bootstrap.initialise(settings, bootstrap.open_clock().now())
    if accept_unsigned:
        with bootstrap.open_gateway(settings, wakeup=False) as gateway:
            set_policy(gateway.ports, made.operator.tenant, accepts_unsigned=True)
    if options.json:
        output.print_json(
            {
                "data": str(settings.data),
                "tenant": made.operator.tenant,
                "operator": made.operator.id,
                "api_key": made.key,
            }
        )
        return
    output.note(f"Data folder {settings.data} is ready. The operator's API key, shown this once:")
    sys.stdout.write(f"{made.key}\n")


@exporter_commands.command("add")
def add_exporter(
    name: Annotated[str, typer.Argument(help="Whom people see.")],
    party: Party,
    certificate: Annotated[Path, typer.Option(help="PEM or DER file; its private key stays out.")],
    *,
    options: FolderOptions,
) -> None:
    """Register an exporter with its certificate; print its new API key.

    Example:
      fullroute exporter add "Jialing" --party USCC:91500000MA5U7K2X1T --certificate jialing.pem
    """
    from gateway.bootstrap import new_principal
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.setup import add_certificate

    raw = read_file(certificate)
    with open_folder(options.data) as gateway:
        tenant = operator(gateway.ports).tenant
        known = add_certificate(gateway.ports, tenant, party, raw)
        scopes = ("declare", "sign", "report", "read")
        principal, key = new_principal(gateway.ports, tenant, name, scopes, party=known.party)
    if options.json:
        output.print_json(
            {
                "party": known.party,
                "certificate": known.fingerprint,
                "valid_to": known.valid_to,
                "principal": principal.id,
                "api_key": key,
            }
        )
        return
    output.note(
        f"{name} ({known.party}) may declare; certificate {known.fingerprint[:16]}… counts until "
        f"{known.valid_to:%Y-%m-%d}. Its API key, shown this once:"
    )
    sys.stdout.write(f"{key}\n")


@mandate_commands.command("add")
def add_mandate(
    party: Party,
    signatory: Annotated[
        str, typer.Option("--as", help="broker, carrier, importer, exporter, declarant or holder.")
    ],
    key: Annotated[str, typer.Option(help="Name of a key the gateway holds (fullroute keys).")],
    basis: Annotated[str, typer.Option(help="What the permission rests on, e.g. a contract.")],
    *,
    options: FolderOptions,
) -> None:
    """Record that the gateway may sign for a party with a key it holds.

    Example:
      fullroute mandate add --party MST:0800900006 --as importer --key importer --basis "PoA 7/26"
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.setup import new_mandate

    with open_folder(options.data) as gateway:
        made = new_mandate(
            gateway.ports, operator(gateway.ports).tenant, party, signatory, key, basis=basis
        )
    if options.json:
        output.print_json(
            {"mandate": made.id, "party": made.party, "signatory": made.signatory.value}
        )
    else:
        output.note(f"Mandate {made.id}: {made.key} signs for {made.party} as {made.signatory}.")


@office_commands.command("add")
def add_office(
    code: Annotated[str, typer.Argument(help="Two letters, six characters, e.g. VN0018ZZ.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    zone: Annotated[str, typer.Option(help="Time zone, e.g. Asia/Ho_Chi_Minh.")],
    role: Annotated[
        list[str], typer.Option(help="departure, exit, entry, transit, destination; repeat.")
    ],
    *,
    national_code: Annotated[str, typer.Option(help="What its administration writes.")] = "",
    administration: Annotated[str, typer.Option(help="Else the first two letters.")] = "",
    mode: Annotated[list[str] | None, typer.Option(help="road, rail, sea ...; repeat.")] = None,
    source: Annotated[str, typer.Option(help="Where this is from; none marks it unverified.")] = "",
    options: FolderOptions,
) -> None:
    """Add a customs office beside the shipped directory.

    Example:
      fullroute office add VN0018ZZ --name "Tan Thanh" --zone Asia/Ho_Chi_Minh --role entry
    """
    from gateway.cli.directory import add, new_office

    office = new_office(
        code,
        name=name,
        zone=zone,
        roles=role,
        modes=mode or ["road"],
        codes=(national_code, administration),
        source=source,
    )
    add(office, options.data)
    if options.json:
        output.print_json({"code": office.code, "status": office.status.value})
    else:
        output.note(f"{office.code} {name} is known now ({office.status}).")


@link_commands.command("list")
def list_links(*, options: FolderOptions) -> None:
    """List links, and what lies at each.

    Example:
      fullroute link list
    """
    from gateway.cli.directory import known_links

    found = known_links(options.data)
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        (
            "Link",
            "Administration",
            "Kind",
            "Receipt",
            "Offices",
            "Endpoint",
            "Due",
            "Waiting",
            "Parked",
        ),
        [
            (
                one["id"],
                one["administration"],
                one["kind"],
                one["receipt"],
                " ".join(one["offices"]),
                one["endpoint"],
                one["due"],
                one["waiting"],
                one["parked"],
            )
            for one in found
        ],
    )


@link_commands.command("add")
def add_link(
    link: Annotated[str, typer.Argument(help="Its id, e.g. vn-huu-nghi.")],
    office: Annotated[list[str], typer.Option(help="An office it serves; repeat for more.")],
    *,
    key: Annotated[
        Path | None,
        typer.Option(
            help="Public Ed25519 key (push, feed); or a certificate that signs every answer."
        ),
    ] = None,
    endpoint: Annotated[
        str, typer.Option(help="Where it is: http(s)://..., file:///folder; not for feeds.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(help="push, feed, folder (archives in and out) or request-response."),
    ] = "push",
    user: Annotated[str, typer.Option(help="Whom a request-response link logs in as.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="Its first line is the password; the key store keeps it.")
    ] = None,
    receipt: Annotated[
        str, typer.Option(help="signed, native or transport, if less than its pack says.")
    ] = "",
    options: FolderOptions,
) -> None:
    """Connect a customs system for one or more offices; print the API key for its answers.

    Example:
      fullroute link add huu-nghi --office VN0015BB --endpoint http://127.0.0.1:9001 --key hn.pem

      fullroute link add exit --office CN00X001 --kind folder --endpoint file:///srv/exit
    """
    from gateway.cli.directory import Connection, connect

    made, api_key = connect(
        Connection(
            link=link,
            offices=tuple(office),
            kind=kind,
            endpoint=endpoint,
            key=read_file(key) if key else b"",
            user=user,
            password=read_file(password_file) if password_file else b"",
            receipt=receipt,
        ),
        options.data,
    )
    if options.json:
        output.print_json({"link": made.id, "offices": list(made.offices), "api_key": api_key})
        return
    served = f"Link {made.id} serves {', '.join(made.offices)} ({made.receipt} receipts)."
    if not api_key:
        output.note(served)
        return
    output.note(f"{served} Its API key, shown this once:")
    sys.stdout.write(f"{api_key}\n")


@link_commands.command("password")
def change_password(
    link: Annotated[str, typer.Argument(help="Its id.")],
    password_file: Annotated[Path, typer.Option(help="Its first line is the new password.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    *,
    options: FolderOptions,
) -> None:
    """Keep another password for a request-response link; workers use it from the next request on.

    Example:
      fullroute link password hai-duong --password-file new.txt --reason "yearly change"
    """
    from gateway.cli import directory

    directory.change_password(link, read_file(password_file), reason, options.data)
    if options.json:
        output.print_json({"link": link})
    else:
        output.note(f"Link {link} logs in with the new password.")


@link_commands.command("move")
def move_link(
    link: Annotated[str, typer.Argument(help="Its id.")],
    endpoint: Annotated[str, typer.Option(help="Where it is now: http(s)://..., file:///folder.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    *,
    options: FolderOptions,
) -> None:
    """Send to another address from now on; its key, its offices and what waits stay.

    Example:
      fullroute link move huu-nghi --endpoint https://new.example --reason "their notice 12"
    """
    from gateway.cli import directory

    moved = directory.move(link, endpoint, reason, options.data)
    if options.json:
        output.print_json({"link": moved.id, "endpoint": moved.endpoint})
    else:
        output.note(f"Link {moved.id} is at {moved.endpoint} from the next request on.")


@link_commands.command("key")
def change_link_key(
    link: Annotated[str, typer.Argument(help="Its id.")],
    key: Annotated[
        Path, typer.Option(help="Its new public Ed25519 key (push, feed), or certificate.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it goes into the log.")],
    *,
    options: FolderOptions,
) -> None:
    """Believe new receipts and answers by another key from now on; what came before stays proven.

    Example:
      fullroute link key huu-nghi --key hn-2027.pem --reason "their notice 14"
    """
    from gateway.cli import directory
    from gateway.usecases.link_key import key_digest

    made, changed = directory.change_key(link, read_file(key), reason, options.data)
    digest = key_digest(made.key)
    if options.json:
        output.print_json({"link": made.id, "key": digest, "changed": changed})
    elif changed:
        output.note(f"Link {made.id} is believed by the key {digest} from now on.")
    else:
        output.note(f"Link {made.id} is believed by the key {digest} already.")
