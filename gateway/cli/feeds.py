"""Commands of a customs system that fetches: feed read, feed replay, feed ack."""

import base64
import json as jsonlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.branch import Branch
from gateway.cli.client import JSON, Client, quoted
from gateway.cli.exits import Exit
from gateway.cli.files import read_file, write_file
from gateway.cli.options import RemoteOptions
from gateway.domain.errors import Misconfigured
from gateway.domain.finding import Finding

LinkId = Annotated[str, typer.Argument(metavar="LINK", help="The link's id.")]

_COLUMNS = ("Sequence", "Type", "Movement", "Message", "Digest", "")

feed_commands = Branch(
    help="Read a link's feed and acknowledge it, with the link's API key (FULLROUTE_API_KEY)."
)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(feed_commands, name="feed")


def _client(options: RemoteOptions) -> Client:
    if not options.url or not options.api_key:
        raise Misconfigured(Finding(code="cli.feed-needs-gateway"))
    return Client(options.url, options.api_key, options.lang, seconds=60.0)


@feed_commands.command()
def read(
    link: LinkId,
    *,
    after: Annotated[int, typer.Option(min=0, help="The last sequence already seen.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 100,
    wait: Annotated[int, typer.Option(min=0, max=30, help="Seconds to wait for news.")] = 0,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write each message there.")
    ] = None,
    options: RemoteOptions,
) -> None:
    """Read messages of a link, oldest first; reading deletes nothing.

    Example:
      fullroute feed read vn-huu-nghi --after 12 --url http://127.0.0.1:8117
    """
    client = _client(options)
    answer = client.get(
        f"/v1/links/{quoted(link)}/feed", after=str(after), limit=limit, wait=wait
    ).json()
    if folder is not None:
        for item in answer["data"]:
            _keep(folder, item)
    if options.json:
        output.print_json(answer)
        return
    output.print_table(_COLUMNS, map(_row, answer["data"]))
    more = "; there is more" if answer["has_more"] else ""
    output.note(f"{len(answer['data'])} message(s), next --after {answer['next']}{more}.")


def _keep(folder: Path, item: Mapping[str, Any]) -> None:
    name = f"{item['sequence']:08d}.{'xml' if 'xml' in item['media_type'] else 'bin'}"
    write_file(folder / name, base64.b64decode(item["content"]))


def _row(item: Mapping[str, Any]) -> tuple[object, ...]:
    envelope = jsonlib.loads(base64.b64decode(item["envelope"]))
    named = (envelope["type"], envelope["movement"], envelope["id"], envelope["digest"][:16])
    return (item["sequence"], *named, "again" if item["repeated"] else "")


@feed_commands.command()
def replay(
    link: LinkId,
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this sequence.")] = 0,
    upto: Annotated[int, typer.Option(min=0, help="Up to this sequence; 0: to the end.")] = 0,
    since: Annotated[str, typer.Option(help="ISO time: only what was issued since.")] = "",
    only: Annotated[str, typer.Option(help="all, missing (no receipt) or failed.")] = "all",
    rate: Annotated[float, typer.Option(min=0, help="Messages a second; 0: no limit.")] = 0.0,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write each message there.")
    ] = None,
    options: RemoteOptions,
) -> None:
    """Read a range of a link's feed again, to its end, at the rate you choose.

    The bytes, ids and seals are those of the first time, so a system that knows an id does
    nothing twice. What was acknowledged before is marked `again`.

    Example:
      fullroute feed replay vn-huu-nghi --since 2026-11-22T00:00:00Z --only missing -o again
    """
    client = _client(options)
    wish = {name: value for name, value in (("since", since), ("only", only)) if value}
    told: Counter[bool] = Counter()
    items = _taken(_pages(client, link, (after, upto), wish), rate, folder, told)
    if options.json:
        output.print_json({"data": list(items)})
    else:
        output.print_rows(_COLUMNS, map(_row, items))
    output.note(f"{told.total()} message(s), {told[True]} of them acknowledged before.")


def _pages(
    client: Client, link: str, bounds: tuple[int, int], wish: Mapping[str, str]
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Return what lies after the first bound, up to the second (0: to the end), page by page."""
    after, upto = bounds
    more = True
    while more:
        page = client.get(
            f"/v1/links/{quoted(link)}/feed", after=str(after), limit=200, **wish
        ).json()
        yield [item for item in page["data"] if not upto or item["sequence"] <= upto]
        after, more = page["next"], page["has_more"] and not 0 < upto <= page["next"]


def _taken(
    pages: Iterable[Sequence[Mapping[str, Any]]],
    rate: float,
    folder: Path | None,
    told: Counter[bool],
) -> Iterator[Mapping[str, Any]]:
    """Write and count items one by one, at that rate; nothing but a page is held in memory."""
    for item in chain.from_iterable(pages):
        if folder is not None:
            _keep(folder, item)
        told[item["repeated"]] += 1
        yield item
        if rate:
            time.sleep(1 / rate)


@feed_commands.command()
def ack(
    link: LinkId,
    key: Annotated[Path, typer.Option(help="PEM file of the link's private Ed25519 key.")],
    *,
    after: Annotated[int, typer.Option(min=0, help="Begin after this sequence.")] = 0,
    upto: Annotated[
        int, typer.Option(min=0, help="Up to this sequence; 0 takes all there is.")
    ] = 0,
    options: RemoteOptions,
) -> None:
    """Acknowledge messages of a feed with signed receipts. Exit code 10 when some were refused.

    Page by page: what was acknowledged before an error stays so, and doing it again is harmless.

    Example:
      fullroute feed ack vn-huu-nghi --key huu-nghi.pem --after 12 --url http://127.0.0.1:8117
    """
    from gateway.cli.receipts import receipts_for

    client = _client(options)
    pem, sent = read_file(key), 0
    done: dict[str, list[Any]] = {"acknowledged": [], "refused": []}
    for items in _pages(client, link, (after, upto), {}):
        if not items:
            continue
        receipts = jsonlib.dumps({"receipts": receipts_for(items, link, pem)}).encode()
        path = f"/v1/links/{quoted(link)}/feed/acknowledgements"
        told = client.post(path, receipts, JSON).json()
        done["acknowledged"] += told["acknowledged"]
        done["refused"] += [{**one, "place": sent + one["place"]} for one in told["refused"]]
        sent += len(items)
    if options.json:
        output.print_json(done)
    else:
        output.note(f"{len(done['acknowledged'])} acknowledged, {len(done['refused'])} refused.")
    if done["refused"]:
        raise typer.Exit(Exit.PARTLY)
