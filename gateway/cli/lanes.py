"""Commands of smart lanes: ask one, look at what passed, work cut off, reconcile."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.client import Problem
from gateway.cli.exits import Exit, exit_of
from gateway.cli.files import read_file, write_file
from gateway.cli.options import DeskOptions
from gateway.domain.errors import GatewayError

lane_commands = Branch(help="Smart lanes: go, stop or refer.")

Lane = Annotated[str, typer.Argument(metavar="LANE", help="The lane's id.")]
_WORDS = {"go": Exit.OK, "stop": Exit.REFUSED_BY_OFFICE, "refer": Exit.PARTLY}


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(lane_commands, name="lane")


# ------------------------------------------------------------------ asking


@lane_commands.command("check")
def check(
    lane: Lane,
    reading: Annotated[
        Path | None, typer.Argument(metavar="READING", help="A reading as JSON; or by options.")
    ] = None,
    *,
    passage: Annotated[str, typer.Option("--id", help="The lane's own id of the passage.")] = "",
    direction: Annotated[str, typer.Option(help="out or in.")] = "",
    plate: Annotated[list[str] | None, typer.Option(help="Repeat for every plate read.")] = None,
    container: Annotated[list[str] | None, typer.Option(help="Repeat for more.")] = None,
    seal: Annotated[list[str] | None, typer.Option(help="Repeat for more.")] = None,
    weight: Annotated[str, typer.Option(help="Kilograms, as weighed.")] = "",
    temperature: Annotated[str, typer.Option(help="Degrees Celsius.")] = "",
    reference: Annotated[str, typer.Option(help="What a QR code or the driver's paper says.")] = "",
    snapshot: Annotated[
        Path | None, typer.Option(help="Answer by this snapshot, without the gateway.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="The gateway's public keys (/v1/keys), with --snapshot.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Where to note it for reconcile, with --snapshot.")
    ] = None,
    options: DeskOptions,
) -> None:
    """Say go (exit 0), stop (exit 7) or refer (exit 10) to what a lane read, and keep the passage.

    Example:
      fullroute lane check yyg-3 reading.json

      fullroute lane check yyg-3 --direction out --plate 桂A8D217 --seal CQ8801172

      fullroute lane check yyg-3 reading.json --snapshot s.json --keys keys.json --journal j.jsonl
    """
    from gateway.cli.lane_desk import alone, append_line, open_lane

    asked = {
        "direction": direction,
        "plates": plate or [],
        "containers": container or [],
        "seals": seal or [],
        "weight_kg": weight or None,
        "temperature_c": temperature or None,
        "reference": reference,
    }
    told = _reading(reading, passage, {name: value for name, value in asked.items() if value})
    if snapshot is not None:
        if keys is None:
            raise typer.BadParameter("--snapshot needs --keys")
        answer, handed_in = alone(lane, told, (snapshot, keys), options.lang)
        if journal is not None:
            append_line(journal, handed_in)
    else:
        with open_lane(options) as desk:
            answer = desk.check(lane, told)
    _print_answer(answer, json=options.json)
    raise typer.Exit(_WORDS[answer["stands"]])


def _reading(path: Path | None, passage: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the reading of the file, with what options say in its place."""
    import json

    from gateway.bootstrap import open_clock
    from gateway.domain.errors import Refused
    from gateway.domain.finding import Finding

    told: Any = {}
    if path is not None:
        try:
            told = json.loads(read_file(path))
        except ValueError as error:
            args = (("reason", str(error)),)
            raise Refused(Finding(code="json.malformed", args=args)) from error
        if not isinstance(told, dict):
            raise Refused(Finding(code="json.malformed", args=(("reason", "no object"),)))
    now = open_clock().now()
    made = {"id": passage or f"{now:%Y%m%dT%H%M%S%f}", "at": now.isoformat()}
    return {**made, **told, **asked, **({"id": passage} if passage else {})}


def _print_answer(answer: dict[str, Any], *, json: bool) -> None:
    if json:
        output.print_json(answer)
        return
    reason = answer["reason"]
    minutes, seconds = divmod(answer["age_seconds"], 60)
    sys.stdout.write(f"{answer['stands'].upper()}\n{reason['message']}\n{reason['fix']}\n")
    output.print_pairs(
        (
            ("Reason", reason["code"]),
            ("Value", reason["value"]),
            ("Facts of", f"{answer['facts_at']} ({minutes} min {seconds} s old)"),
            ("Certain", f"{answer['confidence']} %"),
            ("Passage", answer["passage"]),
        )
    )
    for one in answer.get("candidates", ()):
        told = f"{one['confidence']} % {' '.join(one['plates'])} {one['batch']}"
        against = output.words("lane.contradicted") if one["contradicted"] else ""
        output.note(f"  {told}{against}")
    if answer.get("differs"):
        output.note("  " + output.words("lane.alone", says=answer["offline"]["says"]))


@lane_commands.command("passages")
def passages(
    lane: Lane,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    options: DeskOptions,
) -> None:
    """List what passed a lane, newest first.

    Example:
      fullroute lane passages yyg-3
    """
    from gateway.cli.lane_desk import open_lane

    with open_lane(options) as desk:
        found = desk.passages(lane, limit)
    if options.json:
        output.print_json({"data": found})
        return
    output.print_table(
        ("At", "Passage", "Says", "Counts", "Reason", "Value", "Movements", "Override"),
        [
            (
                one["at"],
                one["passage"],
                one["says"],
                one["stands"],
                one["reason"]["code"],
                one["reason"]["value"],
                " ".join(one["movements"]),
                (one["override"] or {}).get("reason", ""),
            )
            for one in found
        ],
    )


@lane_commands.command("override")
def override(
    lane: Lane,
    passage: Annotated[str, typer.Argument(help="The lane's own id of the passage.")],
    says: Annotated[str, typer.Argument(help="go, stop or refer.")],
    *,
    reason: Annotated[
        str, typer.Option(help="Why; the confirming person need not repeat it.")
    ] = "",
    options: DeskOptions,
) -> None:
    """Put a person's word in the place of the lane's; it counts when a second person says the same.

    Example:
      fullroute lane override yyg-3 20261125-0417 go --reason "seal looked at by hand"
    """
    from gateway.cli.lane_desk import open_lane

    if says not in _WORDS:
        raise typer.BadParameter(f"choose one of {', '.join(_WORDS)}")
    with open_lane(options) as desk:
        done = desk.override(lane, passage, says, reason)
    if options.json:
        output.print_json(done)
    elif done["override"]["confirmed_by"]:
        output.note(output.words("lane.confirmed", word=done["stands"].upper()))
    else:
        output.note(output.words("lane.asked"))


# ------------------------------------------------------------------ cut off


@lane_commands.command("snapshot")
def snapshot(
    lane: Lane,
    *,
    out: Annotated[Path, typer.Option("-o", "--output", help="Where to write it.")],
    options: DeskOptions,
) -> None:
    """Write the open runs this lane may expect, sealed, for when it is cut off.

    Example:
      fullroute lane snapshot yyg-3 -o yyg-3.json
    """
    from gateway.cli.lane_desk import open_lane

    with open_lane(options) as desk:
        content = desk.snapshot(lane)
    write_file(out, content)
    if options.json:
        output.print_json({"file": str(out), "bytes": len(content)})
    else:
        output.note(output.words("lane.snapshot", count=len(content), file=out))


@lane_commands.command("reconcile")
def reconcile(
    lane: Lane,
    journal: Annotated[Path, typer.Argument(help="What check --journal wrote.")],
    *,
    options: DeskOptions,
) -> None:
    """Hand in what a lane said while it was cut off; what the gateway says otherwise is exit 10.

    A line that is not taken (two with one id, say) is named and keeps none of the others back.

    Example:
      fullroute lane reconcile yyg-3 j.jsonl
    """
    from gateway.cli.lane_desk import open_lane, read_lines

    lines = read_lines(journal)
    with open_lane(options) as desk:
        answers, refused = _handed_in(desk, lane, lines)
    differing = [one for one in answers if one["differs"]]
    if options.json:
        told = {"passages": len(answers), "differing": differing, "refused": refused}
        output.print_json(told)
    else:
        for one in refused:
            codes = ", ".join(one["codes"])
            output.note(output.words("lane.not-taken", passage=one["passage"], codes=codes))
        for one in differing:
            told = {name: one[name] for name in ("passage", "says")}
            told |= {"said": one["offline"]["says"], "why": one["reason"]["message"]}
            output.note(output.words("lane.differs", **told))
        many = {"count": len(answers), "differing": len(differing)}
        output.note(output.words("lane.reconciled", **many))
    if differing or refused:
        raise typer.Exit(Exit.PARTLY)


def _handed_in(
    desk: Any,  # noqa: ANN401 - naming its type would load it with every help page
    lane: str,
    lines: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Hand every line in; return the answers, and which lines were not taken and why."""
    answers, refused = [], []
    for line in lines:
        try:
            answers.append(desk.check(lane, line))
        except (GatewayError, Problem) as error:
            if exit_of(error) not in (Exit.INVALID, Exit.CONFLICT):
                raise  # it concerns the lane or the gateway, not this line
            found = error.errors if isinstance(error, Problem) else error.findings
            codes = [one["code"] if isinstance(one, Mapping) else one.code for one in found]
            refused.append({"passage": str(line.get("id", "")), "codes": codes})
    return answers, refused
