"""``fullroute doctor``: does the deployment stand well, and why does a message not move."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.exits import Exit
from gateway.cli.options import FolderOptions
from gateway.domain.errors import GatewayError
from gateway.domain.finding import Finding

_CODES = {
    "diagnosis.delivered": Exit.OK,
    "diagnosis.dropped": Exit.OK,
    "diagnosis.on-its-way": Exit.OK,
    "diagnosis.refused": Exit.REFUSED_BY_OFFICE,
    "diagnosis.answer-refused": Exit.REFUSED_BY_OFFICE,
    "diagnosis.endpoint": Exit.UNREACHABLE,
    "diagnosis.busy": Exit.UNREACHABLE,
    "diagnosis.no-worker": Exit.UNREACHABLE,
    "diagnosis.no-link": Exit.UNREACHABLE,
    "diagnosis.certificate": Exit.NOT_VERIFIED,
    "diagnosis.clock": Exit.NOT_VERIFIED,
    "diagnosis.seal": Exit.NOT_VERIFIED,
    "diagnosis.receipt": Exit.NOT_VERIFIED,
    "diagnosis.schema-version": Exit.NOT_VERIFIED,
}
"""Every other diagnosis waits for a person or a precondition: exit code 10."""

_ENDINGS = ("attention.certificate-", "attention.mandate-")


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(doctor)


def doctor(
    *,
    message: Annotated[str, typer.Option(help="Say why this message does not move.")] = "",
    options: FolderOptions,
) -> None:
    """Check a deployment part by part; or say why a message stands, and what is safe to do.

    Exit codes: 0 all is well, or there are only warnings; 9 something is wrong. With --message: 0
    at its office or on its way; 7 refused by the office; 8 the endpoint, or nobody delivers; 9
    certificate, seal, clock, receipt or schema version; 10 it waits for a person or a precondition;
    4 there is no such message.

    Example:
      fullroute doctor --message msg_0197 --json
    """
    code = _message(message, options) if message else _deployment(options)
    if code is not Exit.OK:
        raise typer.Exit(code)


def _message(name: str, options: FolderOptions) -> Exit:
    from gateway.cli.folder import open_folder, operator
    from gateway.usecases.diagnose import diagnose

    with open_folder(options.data) as gateway:
        found = diagnose(gateway.ports, operator(gateway.ports).tenant, name)
        told = output.shown(found.finding, gateway.ports.packs.catalogue(), options.lang)
    code = _CODES.get(found.finding.code, Exit.PARTLY)
    if options.json:
        shape = {
            "message": name,
            "state": found.message.state.value,
            "behind": found.behind,
            "diagnosis": told,
            "exit": int(code),
        }
        output.print_json(shape)
        return code
    if found.behind:
        output.say(f"{name} stands behind {found.behind} in its stream:")
    output.print_findings([told], output.stdout())
    return code


def _deployment(options: FolderOptions) -> Exit:
    from gateway.bootstrap import open_texts
    from gateway.caretaking import examine
    from gateway.settings import load_settings

    settings = load_settings(data=options.data)
    settings.check_folder()
    texts = open_texts()
    rows: list[dict[str, Any]] = [
        {
            "check": one.name,
            "verdict": one.worst.value if one.worst else "well",
            "seen": one.seen,
            "findings": [output.shown(finding, texts, options.lang) for finding in one.findings],
        }
        for one in examine(settings)
    ]
    rows += _operation(options, {finding["code"] for one in rows for finding in one["findings"]})
    wrong = any(one["verdict"] in ("error", "fatal") for one in rows)
    code = Exit.NOT_VERIFIED if wrong else Exit.OK
    if options.json:
        output.print_json({"checks": rows, "exit": int(code)})
        return code
    output.print_table(
        ("Check", "Verdict", "Seen"), [(one["check"], one["verdict"], one["seen"]) for one in rows]
    )
    output.print_findings([finding for one in rows for finding in one["findings"]])
    return code


def _operation(options: FolderOptions, told: set[str]) -> list[dict[str, Any]]:
    """Return what an open gateway tells: packs, certificates, and what needs a person.

    Where it does not open no program starts, and why is told but for what was ``told`` before.
    """
    from gateway.cli.folder import open_folder, operator
    from gateway.pressure import Sluice
    from gateway.usecases.attention import attention

    try:
        with open_folder(options.data) as gateway:
            ports = gateway.ports
            with ports.packs.slot() as packs:
                broken = packs.findings
            closed = Sluice(ports, gateway.settings).closed()
            concerns = attention(ports, operator(ports).tenant, closed)
            texts = ports.packs.catalogue()
    except GatewayError as error:
        return [_not_opening([one for one in error.findings if one.code not in told], options)]
    ends = [one.finding for one in concerns if one.finding.code.startswith(_ENDINGS)]
    matters = f"{len(concerns) - len(ends)} matter(s): fullroute attention"
    return [
        {
            "check": name,
            "verdict": findings[0].severity.value if findings else "well",
            "seen": seen,
            "findings": [output.shown(one, texts, options.lang) for one in findings],
        }
        for name, seen, findings in (
            ("packs", "", broken),
            ("certificates", "", ends),
            ("attention", matters, ()),
        )
    ]


def _not_opening(findings: Iterable[Finding], options: FolderOptions) -> dict[str, Any]:
    from gateway.bootstrap import open_texts

    texts = open_texts()
    told = [output.shown(one, texts, options.lang) for one in findings]
    return {"check": "opening", "verdict": "error", "seen": "", "findings": told}
