"""The operator's commands: attention, message, answer; and pause, resume, limit of links."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.opening import open_desk
from gateway.cli.options import DeskOptions
from gateway.cli.setup import link_commands

Reason = Annotated[str, typer.Option(help="Why; it stands in the log for good.")]
Key = Annotated[str, typer.Option("--key", help="Idempotency key: the same for a repeat.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it means; do nothing.")]
MessageId = Annotated[str, typer.Argument(metavar="MESSAGE", help="The message's id, msg_...")]
LinkId = Annotated[str, typer.Argument(metavar="LINK", help="The link's id.")]

message_commands = Branch(
    help="What a person does about one message; each act stands in the log with its reason."
)
answer_commands = Branch(help="Answers that could not be taken in.")


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(attention)
    app.add_typer(message_commands, name="message")
    app.add_typer(answer_commands, name="answer")
    for command in (pause, resume, limit):
        link_commands.command()(command)


def attention(*, options: DeskOptions) -> None:
    """List what needs a person: what it is, since when, and the one safe thing to do.

    Example:
      fullroute attention --lang zh
    """
    with open_desk(options) as desk:
        found = desk.attention()
    if options.json:
        output.print_json({"data": found})
        return
    for one in found:
        finding = one["finding"]
        place = one["movement"] and f"movement {one['movement']}"
        output.print_findings([{**finding, "pointer": place, "line": None}], output.stdout())
        output.say(f"  since {one['since']}")
    output.note(f"{len(found)} matter(s)." if found else "Nothing needs a person.")


def _act(
    subject: tuple[str, str],
    act: Mapping[str, Any],
    *,
    options: DeskOptions,
    key: str = "",
    dry_run: bool = False,
) -> None:
    """Do one act at the desk and tell what came of it."""
    with open_desk(options) as desk:
        done = desk.act(subject, act, key, dry_run=dry_run)
    if options.json:
        output.print_json(done)
        return
    again = " already" if done["repeated"] else ""
    output.note(f"{done['act']} {done['subject']}: {'would be' if dry_run else 'is'} done{again}.")
    for name, words in (
        ("dropped", "never sent"),
        ("moved", "moved up in their stream"),
        ("stranded", "wait for an answer that cannot come: cancel them, or amend"),
    ):
        if done[name]:
            output.note(f"{words}: {', '.join(done[name])}")
    if done["made"]:
        output.note(f"in its place: {done['made']}")
    if done["uncertain"]:
        output.note("It was tried and not refused: the office may have it all the same. Ask it.")


@message_commands.command()
def retry(
    message: MessageId,
    reason: Reason,
    *,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Send it now, byte for byte as before; an open breaker lets this one try through.

    Example:
      fullroute message retry msg_0197 --reason "the office is back"
    """
    told = {"act": "retry", "reason": reason}
    _act(("messages", message), told, options=options, key=key)


@message_commands.command()
def skip(
    message: MessageId,
    *,
    reason: Reason = "",
    dry_run: DryRun = False,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Never send it; its stream goes on with the next one, which takes its place.

    The office never gets it. Whatever waits for an answer to it goes on waiting and is listed:
    cancel that, or amend the declaration. --dry-run says what it would mean.

    Example:
      fullroute message skip msg_0197 --reason "told by telephone"
    """
    told = {"act": "skip", "reason": reason}
    _act(("messages", message), told, options=options, key=key, dry_run=dry_run)


@message_commands.command()
def supersede(
    message: MessageId,
    reason: Reason,
    *,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Make a refused message anew from the movement as it now stands, in the same place.

    It gets an id and a deadline of its own and is signed again; without a mandate it awaits its
    signature, and its stream with it.

    Example:
      fullroute message supersede msg_0197 --reason "amended as the office asked"
    """
    told = {"act": "supersede", "reason": reason}
    _act(("messages", message), told, options=options, key=key)


@message_commands.command()
def cancel(
    message: MessageId,
    *,
    reason: Reason = "",
    dry_run: DryRun = False,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Never send it, nor whatever waits for an answer that only it could get.

    Example:
      fullroute message cancel msg_0197 --dry-run
    """
    told = {"act": "cancel", "reason": reason}
    _act(("messages", message), told, options=options, key=key, dry_run=dry_run)


@answer_commands.command()
def dismiss(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="As attention names it, log_...")],
    reason: Reason,
    *,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Say that a refused answer is dealt with; it stays in the log.

    Example:
      fullroute answer dismiss log_0197 --reason "came again and was taken in"
    """
    told = {"act": "dismiss", "reason": reason}
    _act(("answers", entry), told, options=options, key=key)


def pause(
    link: LinkId,
    reason: Reason,
    *,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Send nothing there until it is resumed; what is under way is finished, nothing is lost.

    Example:
      fullroute link pause vn-huu-nghi --reason "their maintenance tonight"
    """
    told = {"act": "pause", "reason": reason}
    _act(("links", link), told, options=options, key=key)


def resume(
    link: LinkId,
    reason: Reason,
    *,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Send there again, from where it stood.

    Example:
      fullroute link resume vn-huu-nghi --reason "maintenance is over"
    """
    told = {"act": "resume", "reason": reason}
    _act(("links", link), told, options=options, key=key)


def limit(
    link: LinkId,
    reason: Reason,
    *,
    rate: Annotated[float, typer.Option(help="Messages a second; 0 for no limit.")] = 0.0,
    concurrency: Annotated[int, typer.Option(help="Requests at once; 0 for the setting's.")] = 0,
    batch: Annotated[
        int, typer.Option(help="Messages in one request, if the office takes several.")
    ] = 0,
    key: Key = "",
    options: DeskOptions,
) -> None:
    """Set how fast a link is sent to; all three values are set, those not given to 0.

    Example:
      fullroute link limit vn-huu-nghi --rate 5 --concurrency 2 --reason "as agreed"

      fullroute link limit vn-huu-nghi --batch 64 --reason "their notice 12"
    """
    told = {"act": "limit", "reason": reason, "rate": rate, "concurrency": concurrency}
    told["batch"] = batch
    _act(("links", link), told, options=options, key=key)
