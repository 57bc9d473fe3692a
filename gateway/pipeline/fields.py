"""A message field by field: every value it tells, where it stands, and where it comes from."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain.finding import Refusal
from gateway.markup import safe, tree
from gateway.packs import layout
from gateway.packs.manifest import MessageSpec
from gateway.packs.pack import Pack

_INDEX = re.compile(r"\[[0-9]+\]")
_NAMED = re.compile(r"(?:Field|Group)\[@name='([^']*)'\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageField:
    """One value of a message.

    ``source`` is the element of our declaration (below ``/Declaration``) or who gives the value,
    empty where the field matrix does not say; ``assigned`` marks values that may still change
    until the message is sent, because its pack says so.
    """

    pointer: str
    value: str
    source: str
    assigned: bool


def fields(content: bytes, pack: Pack, spec: MessageSpec) -> tuple[MessageField, ...]:
    """Return the fields of a to-be-signed message in its own order.

    Raises:
        Refusal: the content cannot be read, which nothing that ``pack.project`` returned comes to.
    """
    sources = pack.sources(spec.type)
    return tuple(
        MessageField(
            pointer=pointer,
            value=value,
            source=sources.get(_named(pointer), ""),
            assigned=assigned(pointer, spec),
        )
        for pointer, value in _values(read(content, pack, spec))
    )


def read(content: bytes, pack: Pack, spec: MessageSpec) -> tree.Element:
    """Return a message as a tree: its document, or the ``Job`` of a fixed-field message.

    Raises:
        Refusal: it is not of that form.
    """
    if not spec.layout:
        return safe.parse(content)
    if pack.layouts is None:
        raise Refusal
    return layout.decode(content, pack.layouts)


def assigned(pointer: str, spec: MessageSpec) -> bool:
    """Tell whether the pack lists a place, or one above it, as assigned at sending.

    A listed pointer without indices means the place in every occurrence.
    """
    bare = _INDEX.sub("", pointer)
    return any(
        place == one or place.startswith((f"{one}/", f"{one}["))
        for one in spec.assigned_at_sending
        for place in (pointer, bare)
    )


def _named(pointer: str) -> str:
    """Spell a pointer as the field matrix does: without root, indices and the words of a job."""
    path = _NAMED.sub(r"\1", _INDEX.sub("", pointer))
    return path.lstrip("/").partition("/")[2]


def _values(root: tree.Element) -> Iterator[tuple[str, str]]:
    yield from _walk(root, f"/{tree.name(root)}")


def _walk(node: tree.Element, pointer: str) -> Iterator[tuple[str, str]]:
    named = _is_named(node)
    for name, value in node.attrib.items():
        if not named or name not in ("name", "index"):
            yield f"{pointer}/@{str(name).rpartition('}')[2]}", str(value)
    children = [child for child in node if isinstance(child.tag, str)]
    if not children:
        yield pointer, (node.text or "").strip()
        return
    steps = [_step(child) for child in children]
    times = Counter(steps)
    seen: Counter[str] = Counter()
    for child, step in zip(children, steps, strict=True):
        seen[step] += 1
        place = step if times[step] == 1 else f"{step}[{seen[step]}]"
        yield from _walk(child, f"{pointer}/{place}")


def _is_named(node: tree.Element) -> bool:
    return tree.namespace(node) == tree.JOB and node.get("name") is not None


def _step(node: tree.Element) -> str:
    if _is_named(node):
        return f"{tree.name(node)}[@name='{node.get('name')}']"
    return tree.name(node)
