"""A preview for people: one table of fields a document, then what is withheld and why."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli import output
from gateway.cli.files import write_file

_SUFFIXES = {"application/xml": "xml"}


def print_preview(found: Mapping[str, Any]) -> None:
    """Print every message of a preview."""
    output.print_findings(found["findings"])
    for one in found["messages"]:
        waits = one["waits_for"]
        when = output.words("preview.waits", waits=waits) if waits else output.words("preview.owed")
        told = {name: one[name] for name in ("type", "office", "signatory")}
        output.note(output.words("preview.message", **told, when=when))
        for part in one["parts"]:
            _print_part(part)
        _print_withheld(one["withheld"])
    if not found["messages"]:
        output.note(output.words("preview.nothing", office=found["office"]))


def _print_part(part: Mapping[str, Any]) -> None:
    output.print_table(
        ("Field", "Value", "Comes from"),
        [
            (_marked(one), one["value"], one["source"])
            for one in part["fields"]
            if one["value"] or one["source"]
        ],
    )
    length = len(base64.b64decode(part["content"]))
    output.note(f"{length} bytes, SHA-256 {part['digest']}")


def _marked(field: Mapping[str, Any]) -> str:
    return f"{field['pointer']} *" if field["assigned_at_sending"] else str(field["pointer"])


def _print_withheld(withheld: list[Mapping[str, Any]]) -> None:
    if withheld:
        output.print_table(
            ("Withheld", "Clause", "Why"),
            [(one["field"], one["clause"], one["text"]) for one in withheld],
        )


def write_parts(found: Mapping[str, Any], folder: Path) -> None:
    """Write the exact bytes of every document: ``TYPE.xml``, ``TYPE.2.txt`` for the second part."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found["messages"]:
        suffix = _SUFFIXES.get(one["media_type"], "txt")
        for place, part in enumerate(one["parts"], start=1):
            name = f"{one['type']}.{suffix}" if place == 1 else f"{one['type']}.{place}.{suffix}"
            write_file(folder / name, base64.b64decode(part["content"]))
