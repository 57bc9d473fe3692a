"""Commands about declarations: ``convert``, ``validate``, ``preview``, ``submit`` and ``sign``.

``convert``, ``validate`` and ``preview`` need no data folder; the others work at a running gateway
(``--url``) or in the data folder.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.desk import Along, Desk
from gateway.cli.exits import Exit
from gateway.cli.files import read_declaration_file, read_file, write_file
from gateway.cli.opening import open_desk
from gateway.cli.options import DeskOptions, FolderOptions, SpeechOptions

File = Annotated[Path, typer.Argument(help="The declaration; - for standard input.")]
Key = Annotated[Path | None, typer.Option("--key", help="PEM file of the private key.")]
Certificate = Annotated[
    Path | None, typer.Option("--certificate", help="PEM file of its certificate.")
]


RouteName = Annotated[
    str, typer.Option("--along", help="A named route, for formats that name no offices.")
]
OfficeList = Annotated[
    list[str] | None,
    typer.Option("--office", help="CODE:role, once an office in travel order, instead of a route."),
]


def _along(route: str, offices: list[str] | None) -> Along:
    return Along(route=route, offices=tuple(offices or ()))


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(convert)
    app.command()(validate)
    app.command()(preview)
    app.command()(submit)
    app.command()(sign)


def convert(
    file: File,
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here, not to standard output.")
    ] = None,
    *,
    reference: Annotated[
        str, typer.Option(help="Fills {{LRN}} and {{messageIdentification}}; else drawn afresh.")
    ] = "",
    at: Annotated[
        datetime | None, typer.Option(help="Fills times of templates; else the present.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--twin", help="Write the JSON twin instead of XML, without signature.")
    ] = False,
    along: RouteName = "",
    office: OfficeList = None,
    options: SpeechOptions,
) -> None:
    """Convert a declaration in a foreign format to ours.

    Placeholders of test templates ({{LRN}}, {{arrivalTime}} ...) are filled first: a fresh
    reference, the present, arrival a day later, limit eight days later. A declaration in our own
    format comes back unchanged. A format that names no offices needs --along or --office.

    Example:
      fullroute convert cc015c.xml -o declaration.xml
    """
    from gateway.cli.offline import converted, filled, open_offline, twin

    ports = open_offline()
    raw = filled(ports, read_declaration_file(file), at=at, reference=reference)
    result = converted(ports, raw, _along(along, office))
    texts = ports.packs.catalogue()
    told = [output.shown(one, texts, options.lang) for one in (result.findings if result else ())]
    content = result.content if result else raw
    if as_json:
        content = twin(ports, content)
    if to is not None:
        write_file(to, content)
    if options.json:
        output.print_json(
            {
                "format": result.format_id if result else "",
                "mapping": result.digest if result else "",
                "declaration": content.decode(),
                "findings": told,
            }
        )
        return
    output.print_findings(told)
    if to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        said = f"{file} is {result.format_id}" if result else f"{file} is in our format already"
        output.note(f"{said}; written to {to}")


def validate(
    file: File,
    *,
    route: Annotated[
        bool, typer.Option("--route", help="Show every office on the way and its verdict.")
    ] = False,
    along: RouteName = "",
    office: OfficeList = None,
    annotate: Annotated[
        Path | None,
        typer.Option(help="Write the workbook here, with the findings at its cells (.xlsx)."),
    ] = None,
    options: FolderOptions,
) -> None:
    """Check a declaration as every office on its route would; store and send nothing.

    Needs no data folder; with --data the offices added there count too. The signature is left out:
    check before you sign. Exit code 0 when valid, 3 when not; findings go to standard output.
    An office that could not be asked, or could not decide, is unknown: never a pass.

    Example:
      fullroute validate declaration.xml --route
    """
    from gateway.cli.offline import check, is_workbook

    raw = read_declaration_file(file)
    if annotate is not None and not is_workbook(raw):
        raise typer.BadParameter("--annotate is for workbooks (.xlsx)")
    verdict = check(raw, options.data, options.lang, _along(along, office), annotate)
    if options.json:
        output.print_json(verdict)
    else:
        _print_verdict(verdict, route=route)
    if not verdict["valid"]:
        raise typer.Exit(Exit.INVALID)


def _print_verdict(verdict: dict[str, Any], *, route: bool) -> None:
    if route:
        from gateway.cli.strip import print_strip

        print_strip(verdict["offices"])
    output.print_findings(verdict["findings"], sys.stdout)
    if not verdict["valid"]:
        count = len(verdict["findings"])
        key = "validate.refused-one" if count == 1 else "validate.refused"
        output.note(output.words(key, count=count))
        return
    if not route:
        _print_messages(verdict["messages"])
    _print_summary(verdict["offices"])


def _print_messages(messages: list[dict[str, Any]]) -> None:
    output.print_table(
        ("Message", "Office", "Procedure", "Signed by", "Waits for"),
        [
            (one["type"], one["office"], one["procedure"], one["signatory"], one["waits_for"])
            for one in messages
        ],
    )


def _print_summary(offices: list[dict[str, Any]]) -> None:
    passed = dict.fromkeys(one["office"] for one in offices if one["verdict"] == "pass")
    open_ = dict.fromkeys(one["office"] for one in offices if one["verdict"] == "unknown")
    if passed:
        output.note(output.words("validate.passed", offices=", ".join(passed)))
    if open_:
        output.note(output.words("validate.unknown", offices=", ".join(open_)))


def preview(
    file: File,
    *,
    office: Annotated[str, typer.Option(help="One of the offices on the route.")],
    message: Annotated[str, typer.Option(help="One type of message; else all.")] = "",
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the exact bytes into this folder as well."),
    ] = None,
    options: FolderOptions,
) -> None:
    """Show what an office would be told, field by field, and what is withheld from it and why.

    The bytes are those that would be signed; fields that are assigned at sending are marked with *.
    Needs no data folder, and stores and sends nothing.

    Example:
      fullroute preview declaration.xml --office VN0003PJ --message IDA
    """
    from gateway.cli.offline import look_ahead
    from gateway.cli.previews import print_preview, write_parts

    found = look_ahead(
        read_declaration_file(file), options.data, options.lang, office=office, message=message
    )
    if to is not None:
        write_parts(found, to)
    if options.json:
        output.print_json(found)
    else:
        print_preview(found)


def submit(
    file: File,
    *,
    key: Key = None,
    certificate: Certificate = None,
    idempotency_key: Annotated[
        str, typer.Option(help="Any text; the same for a repeat. Else a digest of what is sent.")
    ] = "",
    along: RouteName = "",
    office: OfficeList = None,
    options: DeskOptions,
) -> None:
    """Submit a declaration once; print its movement reference.

    With --key and --certificate it is signed first with the exporter's key.

    Example:
      fullroute submit declaration.xml --key exporter.key.pem --certificate exporter.cert.pem
    """
    raw, digest = signed(file, key, certificate)
    with open_desk(options) as desk:
        done = desk.submit(raw, idempotency_key or digest, _along(along, office))
    tell_submission(done, known="submit.repeated", json=options.json)


def signed(file: Path, key: Path | None, certificate: Path | None) -> tuple[bytes, str]:
    """Read a declaration, sign it where a key is given; return it and a key for its request.

    The key is made of the file as it lies there: signed once more it is the same request.
    """
    from hashlib import sha256

    raw = read_declaration_file(file)
    key_of_request = sha256(raw).hexdigest()[:32]
    if key is not None or certificate is not None:
        from gateway.cli.offline import is_workbook
        from gateway.cli.signing import sign_declaration

        if is_workbook(raw):
            raise typer.BadParameter("a workbook carries no signature: convert it, then sign")

        raw = sign_declaration(raw, read_pair(key, certificate))
    return raw, key_of_request


def tell_submission(done: dict[str, Any], *, known: str, json: bool) -> None:
    """Print what a declaration handed in came to; ``known`` is the key said of a repeat."""
    if json:
        output.print_json(done)
        return
    output.print_findings(done["findings"])
    sys.stdout.write(f"{done['movement']}\n")
    told = {name: done[name] for name in ("movement", "state")}
    repeated = output.words(known) if done["repeated"] else ""
    output.note(output.words("submit.done", **told, repeated=repeated))
    if done["awaiting_signature"]:
        output.note(output.words("submit.unsigned", count=len(done["awaiting_signature"])))


def read_pair(key: Path | None, certificate: Path | None) -> tuple[bytes, bytes]:
    """Read a key and its certificate; one without the other is a usage error."""
    if key is None or certificate is None:
        raise typer.BadParameter("--key and --certificate belong together")
    return read_file(key), read_file(certificate)


def sign(
    message: Annotated[str, typer.Argument(help="Its id; none lists what waits.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Sign everything that waits.")] = False,
    movement: Annotated[str, typer.Option(help="Only messages of this movement.")] = "",
    key: Key = None,
    certificate: Certificate = None,
    key_name: Annotated[str, typer.Option(help="A key the gateway holds (data folder only).")] = "",
    options: DeskOptions,
) -> None:
    """Sign messages that await their signatory; without MESSAGE or --all, list them.

    Example:
      fullroute sign --all --key importer.key.pem --certificate importer.cert.pem
    """
    with open_desk(options) as desk:
        waiting = [
            one for one in desk.pending(movement) if every or not message or one["id"] == message
        ]
        if not message and not every:
            _list_waiting(waiting, json=options.json)
            return
        signer = _signer(key, certificate, key_name, options.data)
        ids = [one["id"] for one in waiting] or ([message] if message else [])
        done = [_sign_one(desk, one, signer) for one in ids]
    if options.json:
        output.print_json({"signed": done})
        return
    for one in done:
        output.note(output.words("sign.done", **one))
    if not done:
        output.note(output.words("sign.nothing"))


def _list_waiting(waiting: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        output.print_json({"data": waiting})
        return
    output.print_table(
        ("Message", "Type", "Office", "Signatory", "Movement"),
        [
            (one["id"], one["type"], one["office"], one["signatory"], one.get("movement", ""))
            for one in waiting
        ],
    )
    if not waiting:
        output.note(output.words("sign.nothing"))


def _signer(key: Path | None, certificate: Path | None, key_name: str, data: Path | None) -> Any:  # noqa: ANN401 - a heavy type, see gateway.cli.signing
    from gateway.cli.signing import held_signer, own_signer

    if key_name:
        return held_signer(key_name, data)
    return own_signer(read_pair(key, certificate))


def _sign_one(desk: Desk, message: str, signer: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    from gateway.cli.signing import sign_message

    unsigned = desk.to_be_signed(message)
    return desk.attach(unsigned, sign_message(unsigned, signer))
