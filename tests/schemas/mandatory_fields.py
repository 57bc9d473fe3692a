"""What the packs' schemas and layouts make mandatory, and which elements our declaration has.

A field is mandatory when nothing on the way to it may be left out. Groups that may be missing
(optional elements, groups of a layout that need not occur) bring no mandatory fields.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from gateway.adapters.pack_folder import schemas_root
from gateway.markup import safe, tree

XS = "{http://www.w3.org/2001/XMLSchema}"
PARTICLES = (f"{XS}sequence", f"{XS}choice", f"{XS}all", f"{XS}group", f"{XS}element")


class Shape:
    """One XSD with what it includes: global elements, types and groups by local name."""

    def __init__(self, folder: Path, main: str) -> None:
        self.elements: dict[str, tree.Element] = {}
        self._types: dict[str, tree.Element] = {}
        self._groups: dict[str, tree.Element] = {}
        self._read(folder, main)

    def _read(self, folder: Path, name: str) -> None:
        files = {path.name: path.read_bytes() for path in folder.glob("*.xsd")}
        root = safe.parse_own(files, name)
        for child in root:
            kept = {
                f"{XS}element": self.elements,
                f"{XS}complexType": self._types,
                f"{XS}group": self._groups,
            }.get(child.tag)
            if kept is not None:
                kept.setdefault(child.get("name", ""), child)
        for child in root:
            if child.get("schemaLocation"):
                self._read(folder, child.get("schemaLocation", ""))

    def _content(self, element: tree.Element) -> tree.Element | None:
        local = element.get("type", "").rpartition(":")[2]
        return self._types.get(local, element.find(f"{XS}complexType"))

    def children(self, node: tree.Element | None) -> Iterator[tuple[tree.Element, bool]]:
        """Yield the element declarations below a type, and whether each must be there."""
        for child in () if node is None else node:
            if child.tag not in PARTICLES:
                continue
            needed = child.get("minOccurs", "1") != "0" and node.tag != f"{XS}choice"
            if child.tag == f"{XS}element":
                yield child, needed
                continue
            reference = child.get("ref", "").rpartition(":")[2]
            for found, inside in self.children(self._groups.get(reference, child)):
                yield found, needed and inside

    def paths(self, name: str, *, mandatory: bool) -> Iterator[str]:
        """Yield the leaves that must be there, or every element there can be."""
        yield from self._paths(self.elements[name], "", mandatory=mandatory)

    def _paths(self, element: tree.Element, path: str, *, mandatory: bool) -> Iterator[str]:
        for child, needed in self.children(self._content(element)):
            if mandatory and not needed:
                continue
            here = f"{path}/{child.get('name')}".lstrip("/")
            inner = list(self._paths(child, here, mandatory=mandatory))
            leaf = not any(True for _ in self.children(self._content(child)))
            if leaf or not mandatory:
                yield here
            yield from inner

    def attributes(self, name: str) -> set[str]:
        """Return ``path/@name`` of every attribute of the declarations below ``name``."""
        return set(self._attributes(self.elements[name], ""))

    def _attributes(self, element: tree.Element, path: str) -> Iterator[str]:
        content = self._content(element)
        if content is None:
            return
        own = [
            one
            for part in (content, *content.findall(f"{XS}simpleContent/{XS}extension"))
            for one in part.findall(f"{XS}attribute")
        ]
        yield from (f"{path}/@{one.get('name')}" for one in own)
        for child, _ in self.children(content):
            yield from self._attributes(child, f"{path}/{child.get('name')}".lstrip("/"))


@cache
def of_declaration() -> frozenset[str]:
    """Return every path of our declaration, attributes included."""
    shape = Shape(schemas_root() / "declaration" / "v1", "declaration.xsd")
    every = {*shape.paths("Declaration", mandatory=False), *shape.attributes("Declaration")}
    return frozenset(every)


def of_layout(path: Path) -> list[str]:
    """Return the mandatory fields of a layout, those of a group only if the group must occur."""
    layout = tomllib.loads(path.read_text("utf-8"))
    fields = [one["name"] for one in layout.get("field", ()) if one.get("mandatory")]
    for group in layout.get("group", ()):
        if group.get("mandatory"):
            inside = [one for one in group["field"] if one.get("mandatory")]
            fields += [f"{group['name']}/{one['name']}" for one in inside]
    return fields


@cache
def of_packs() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the mandatory fields by pack and message type, in the order of the format."""
    found = {}
    for folder in sorted((schemas_root() / "packs").iterdir()):
        manifest = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
        for message in manifest["message"]:
            if "layout" in message:
                fields = of_layout(folder / message["layout"])
            else:
                schema = Path(message["schema"])
                shape = Shape(folder / schema.parent, schema.name)
                root = message["type"] if message["type"] in shape.elements else ""
                root = root or next(iter(shape.elements))
                fields = list(dict.fromkeys(shape.paths(root, mandatory=True)))
            found[manifest["pack"], message["type"]] = tuple(fields)
    return found
