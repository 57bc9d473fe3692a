"""The command ``fullroute demo``."""

import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import SpeechOptions

SECONDS = 60.0
LINK_KINDS = ("push", "feed", "mixed")

LinkKind = Annotated[
    str,
    typer.Option(
        help="push (the gateway sends), feed (the offices fetch) or mixed (China by folders, "
        "Viet Nam by request and response)."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(demo)


def demo(
    file: Annotated[
        Path | None,
        typer.Argument(help="A declaration, ours or a CC015C; else the shipped one."),
    ] = None,
    *,
    data: Annotated[
        Path | None, typer.Option(help="An empty folder; else ./fullroute-demo/<n>.")
    ] = None,
    link_kind: LinkKind = "push",
    seconds: Annotated[float, typer.Option(min=1.0, help="Time limit.")] = SECONDS,
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="Leave everything running until Ctrl-C.")
    ] = False,
    options: SpeechOptions,
) -> None:
    """Play the whole journey here: real processes, real keys, simulated customs systems.

    Starts a gateway, a worker, a broker and one simulated customs system per office, submits the
    declaration over HTTP, and shows what every office is told until the last procedure is closed.
    The shipped declaration is brought up to today (every date moves by the same number of days,
    its reference number is drawn afresh) and signed with a key made for the run; placeholders of a
    CC015C template are filled. Everything stays in the folder that is printed at the end.

    Exit code 0 when every message is acknowledged and every opened procedure closed (a pre-lodged
    declaration: acknowledged and waiting for presentation), 3 when FILE is not valid, 7 when an
    office refused, 8 when the time was over.

    Example:
      fullroute demo

      fullroute demo cc015c.xml --json
    """
    from gateway.cli.demo.troupe import staged

    if link_kind not in LINK_KINDS:
        raise typer.BadParameter("choose push, feed or mixed", param_hint="--link-kind")
    began = time.monotonic()
    with staged(data) as troupe:
        from gateway.cli.demo.rehearse import rehearse
        from gateway.cli.demo.run import Wish
        from gateway.cli.demo.stage import Watch
        from gateway.cli.demo.summary import exit_of_run, print_summary

        wish = Wish(
            file=file,
            lang=options.lang,
            kind=link_kind,
            seconds=seconds,
            json=options.json,
            keep_running=keep_running,
        )
        played = rehearse(
            wish, troupe, Watch(began), lambda done: print_summary(done, json=options.json)
        )
    if code := exit_of_run(played):
        raise typer.Exit(code)
