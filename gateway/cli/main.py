"""``fullroute``: the command tree, and what becomes of an error.

Nothing heavy is imported here or in the modules of the commands: each command imports what it needs
when it runs, so that ``fullroute --help`` answers at once.
"""

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

import typer
from typer.core import TyperGroup

import gateway
from gateway.cli import (
    attention,
    audit,
    backup,
    closures,
    corrections,
    declarations,
    doctor,
    feeds,
    grants,
    groups,
    keyring,
    lane_setup,
    lanes,
    movements,
    offices,
    output,
    packs,
    positions,
    routes,
    scenarios,
    serve,
    setup,
    sheets,
    trips,
)
from gateway.cli.branch import Branch
from gateway.cli.client import Problem
from gateway.cli.demo import command as demo
from gateway.cli.exits import Exit, exit_of
from gateway.domain.errors import GatewayError
from gateway.domain.finding import Catalogue, Finding, Refusal, Severity

NO_TEXT = "surrogates not allowed"
"""Why Python cannot write a word of the command line whose bytes were no UTF-8."""


class CommandTree(TyperGroup):
    """The root of the tree: whatever goes wrong below becomes findings and an exit code here."""

    def make_context(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - typer's private types
        """Read the words before the first command's name; a mistake there is told as any other."""
        try:
            return super().make_context(*args, **more)
        except Exception as error:
            _tell_usage(error, {})
            raise

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer keeps its context type private
        """Run the command; never let a traceback out."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            output.note("Interrupted.")
            code = Exit.INTERRUPTED
            if _wants_json(ctx.meta):
                _tell((), ctx.meta, code=code)
        except BrokenPipeError:  # whoever read us has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = Exit.UNEXPECTED
        except (GatewayError, Refusal, Problem) as error:
            code = exit_of(error)
            _tell(_said(error, ctx.meta), ctx.meta, code=code)
        except Exception as error:
            if hasattr(error, "exit_code"):
                _tell_usage(error, ctx.meta)
                raise  # typer's own: usage errors and typer.Exit
            if isinstance(error, UnicodeEncodeError) and error.reason == NO_TEXT:
                told, code = _not_understood(f"{error.object!a} is not UTF-8."), Exit.USAGE
            else:
                told, code = _unforeseen(error), Exit.UNEXPECTED
            _tell([_shown(told, ctx.meta)], ctx.meta, code=code)
        raise SystemExit(code)


def _said(
    error: GatewayError | Refusal | Problem, meta: Mapping[str, Any]
) -> Iterable[output.Shown]:
    if isinstance(error, Problem):
        return error.errors
    texts = _texts()
    if any(finding.code not in texts.texts.get("en", {}) for finding in error.findings):
        texts = _pack_texts(texts)
    lang = str(meta.get("fullroute.lang", "en"))
    return [output.shown(finding, texts, lang) for finding in error.findings]


def _tell_usage(error: Exception, meta: Mapping[str, Any]) -> None:
    """Tell a usage error as a document and leave, where one is wanted; typer tells the others.

    A command that leaves by ``typer.Exit`` has said what it had to say.
    """
    if not hasattr(error, "format_message") or not _wants_json(meta):
        return
    command = getattr(getattr(error, "ctx", None), "command_path", "fullroute")
    told = _not_understood(error.format_message(), command)
    _tell([_shown(told, meta)], {**meta, "fullroute.json": True}, code=Exit.USAGE)
    raise SystemExit(Exit.USAGE)


def _not_understood(reason: str, command: str = "fullroute") -> Finding:
    return Finding(code="cli.usage", args=(("reason", reason), ("command", command)))


def _shown(finding: Finding, meta: Mapping[str, Any]) -> output.Shown:
    return output.shown(finding, _texts(), str(meta.get("fullroute.lang", "en")))


def _wants_json(meta: Mapping[str, Any]) -> bool:
    """Tell whether JSON is wanted; the words themselves say so where they could not be parsed."""
    words = takewhile(lambda one: one != "--", sys.argv[1:])
    return bool(meta.get("fullroute.json", "--json" in words))


def _unforeseen(error: Exception) -> Finding:
    with tempfile.NamedTemporaryFile(
        "w", prefix="fullroute-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        traceback.print_exception(error, file=log)
    reason = f"{type(error).__name__}: {error}"
    args = (("reason", reason), ("log", log.name))
    return Finding(code="unexpected", severity=Severity.FATAL, args=args)


def _texts() -> Catalogue:
    """Load the language files; an error must be told even when they are what is broken."""
    try:
        from gateway.bootstrap import open_texts

        return output.BARE.merged(open_texts())
    except Exception:  # noqa: BLE001 - telling an error must not raise another
        return output.BARE


def _pack_texts(general: Catalogue) -> Catalogue:
    """Add what the packs say of their rules: those that were opened, else those shipped."""
    from gateway.bootstrap import open_packs

    try:
        for texts in output.SPEECH.texts or [open_packs().catalogue]:
            general = general.merged(texts())
    except Exception:  # noqa: BLE001 - telling an error must not raise another
        return general
    return general


def _tell(findings: Iterable[output.Shown], meta: Mapping[str, Any], *, code: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        if meta.get("fullroute.json") and not output.SPEECH.documents:
            output.print_json({"exit": int(code), "errors": list(findings)})
        else:
            output.print_findings(findings)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's shape of a callback
    if value:
        sys.stdout.write(f"fullroute {gateway.__version__}\n")
        raise typer.Exit


app = Branch(
    cls=CommandTree,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit codes: 0 ok, 1 unexpected, 2 usage or settings, 3 refused as invalid, 4 not found, "
        "5 not allowed, 6 conflict, 7 refused by an office, 8 unreachable or timed out, "
        "9 verification failed, 10 partly done, 130 interrupted."
    ),
)


@app.callback()
def root(
    *,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Declare once; keep every customs office on the route in step.

    Begin with `fullroute demo`: it plays the whole journey on this machine.
    """


for _module in (
    demo,
    serve,
    setup,
    offices,
    routes,
    declarations,
    sheets,
    movements,
    trips,
    corrections,
    positions,
    grants,
    groups,
    closures,
    lanes,
    lane_setup,
    attention,
    doctor,
    feeds,
    keyring,
    audit,
    backup,
    packs,
    scenarios,
):
    _module.add_to(app)


def run() -> None:
    """Run the command line; the entry point of ``fullroute``."""
    for stream in (sys.stdout, sys.stderr):  # words may hold what no encoding can write
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="fullroute")
