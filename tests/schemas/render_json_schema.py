"""Write ``schemas/declaration/v1/declaration.schema.json`` from the XSD.

``python -m tests.schemas.render_json_schema``; the test beside it says when it is out of date.
"""

import json
import sys
from pathlib import Path

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.markup import safe, tree
from gateway.packs.twin import TEXT, XS, Kind, Twin, read_twin

FOLDER = schemas_root() / "declaration" / "v1"
MAIN = "declaration.xsd"


def target() -> Path:
    return FOLDER / "declaration.schema.json"


def _reference(name: str) -> dict:
    return {"type": "string"} if name.startswith("xs:") else {"$ref": f"#/$defs/{name}"}


def _simple(node: tree.Element) -> dict:
    """Spell the facets that JSON Schema knows; the XSD decides in any case."""
    restriction = node.find(f"{XS}restriction")
    assert restriction is not None
    told: dict = {}
    values = [one.get("value") for one in restriction.iterfind(f"{XS}enumeration")]
    if values:
        told["enum"] = values
    for facet in ("minLength", "maxLength"):
        for one in restriction.iterfind(f"{XS}{facet}"):
            told[facet] = int(one.get("value", "0"))
    for one in restriction.iterfind(f"{XS}pattern"):
        told["pattern"] = f"^(?:{one.get('value')})$"
    return (
        {"allOf": [_reference(restriction.get("base", "")), told]}
        if told
        else _reference(restriction.get("base", ""))
    )


def _object(kind: Kind) -> dict:
    properties = {name: _reference(spelled) for name, spelled, _ in kind.attributes}
    needed = [name for name, _, must in kind.attributes if must]
    if kind.text:
        properties[TEXT] = _reference(kind.text)
        needed.append(TEXT)
    for one in kind.members:
        inner = _reference(one.type)
        properties[one.name] = {"type": "array", "items": inner} if one.many else inner
        needed += [one.name] if one.needed else []
    told = {"type": "object", "properties": properties, "additionalProperties": False}
    told = told | ({"required": needed} if needed else {})
    return {"anyOf": [told, _reference(kind.text)]} if kind.text else told


def rendered() -> str:
    files = read_folder(FOLDER)
    twin: Twin = read_twin(files, MAIN)
    schema = safe.parse_own(files, MAIN)
    types = {one.get("name", ""): _simple(one) for one in schema.iterchildren(f"{XS}simpleType")}
    types |= {name: _object(kind) for name, kind in twin.kinds.items()}
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Enterprise declaration, version 1, in JSON",
        "description": "Made from declaration.xsd by tests.schemas.render_json_schema.",
        "$ref": f"#/$defs/{twin.root}",
        "$defs": dict(sorted(types.items())),
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    target().write_text(rendered(), "utf-8")
    sys.stdout.write(f"{target()}\n")
