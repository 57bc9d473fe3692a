"""Options that many commands share, each spelled once.

``--lang`` and ``--json`` leave a note in the context, so that an error is told the way the command
itself would have spoken.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import SPEECH
from gateway.domain.finding import LANGUAGES


def _language(context: typer.Context, value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter(f"choose one of {', '.join(LANGUAGES)}")
    context.meta["fullroute.lang"] = SPEECH.language = value
    return value


def _json(context: typer.Context, value: bool) -> bool:  # noqa: FBT001 - typer's shape of a callback
    context.meta["fullroute.json"] = value
    return value


Lang = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="FULLROUTE_LANG",
        callback=_language,
        help="Language of messages: en, zh or vi.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", callback=_json, help="Print one JSON document instead of text.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder (else FULLROUTE_DATA, else ./fullroute-data)."),
]
Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="FULLROUTE_URL",
        help="A running gateway; without it the data folder is used directly.",
    ),
]
Cursor = Annotated[
    str, typer.Option(help="Go on behind this row: what the list before said at its end.")
]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many rows at most.")]
LIMIT = 50
ApiKey = Annotated[
    str,
    typer.Option(
        envvar="FULLROUTE_API_KEY",
        hidden=True,
        help="The API key; best given by FULLROUTE_API_KEY, never in a shell history.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class SpeechOptions:
    """How a command speaks."""

    lang: Lang = "en"
    json: Json = False


@dataclass(frozen=True, kw_only=True)
class FolderOptions(SpeechOptions):
    """Those of a command that works in the data folder."""

    data: Data = None


@dataclass(frozen=True, kw_only=True)
class RemoteOptions(SpeechOptions):
    """Those of a command that asks a running gateway."""

    url: Url = ""
    api_key: ApiKey = ""


@dataclass(frozen=True, kw_only=True)
class DeskOptions(RemoteOptions, FolderOptions):
    """Those of a command that asks a gateway where a URL is given, else works in the folder."""
