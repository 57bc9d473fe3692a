"""What changes between two versions of a pack, and for whom.

Whom a change concerns is read from the packs themselves: the role of the offices that get a
message, who signs it, and which messages use a rule file or a code list.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from hashlib import sha256

from gateway.packs.compiled import Pack
from gateway.packs.manifest import Manifest, MessageSpec
from gateway.packs.rule_file import WrittenRule, written_rules

_OF_MANIFEST = ("version", "valid_from", "valid_to", "administrations", "zone", "link", "receipt")
_FILES = ("projection", "schema", "layout")


class Change(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change. ``part`` is the kind of thing, ``name`` which one; ``whom`` who must know."""

    part: str
    change: Change
    name: str
    detail: str = ""
    whom: tuple[str, ...] = ()


def differences(old: Pack, new: Pack) -> tuple[Difference, ...]:
    """Return every difference that matters to an office, a declarant or an operator."""
    return (
        *_manifest(old.manifest, new.manifest),
        *_parts("switch", _switches(old), _switches(new), _everybody(new)),
        *_parts("procedure", _procedures(old), _procedures(new), _everybody(new)),
        *_messages(old, new),
        *_rules(old, new),
        *_lists(old, new),
        *_answers(old, new),
    )


def _everybody(pack: Pack) -> tuple[str, ...]:
    return tuple(f"all offices of {one}" for one in pack.manifest.administrations)


def _manifest(old: Manifest, new: Manifest) -> Iterator[Difference]:
    for key in _OF_MANIFEST:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            detail = f"{_told(before)} → {_told(after)}"
            yield Difference(part="pack", change=Change.CHANGED, name=key, detail=detail)


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_told(one) for one in value) or "-"
    if hasattr(value, "__dataclass_fields__"):
        named = ((one.name, getattr(value, one.name)) for one in fields(value))  # type: ignore[arg-type]
        return " ".join(f"{name}={_told(one)}" for name, one in named if one not in ("", None))
    return "-" if value is None else str(value)


def _parts(
    part: str, old: Mapping[str, str], new: Mapping[str, str], whom: tuple[str, ...]
) -> Iterator[Difference]:
    """Compare two tables of texts by name."""
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield Difference(part=part, change=Change.REMOVED, name=name, whom=whom)
        elif name not in old:
            detail = new[name]
            yield Difference(part=part, change=Change.ADDED, name=name, detail=detail, whom=whom)
        elif old[name] != new[name]:
            detail = f"{old[name]} → {new[name]}"
            yield Difference(part=part, change=Change.CHANGED, name=name, detail=detail, whom=whom)


def _switches(pack: Pack) -> dict[str, str]:
    told = {True: "on", False: "off"}
    return {one.id: f"{told[one.default]} by default" for one in pack.manifest.switches}


def _procedures(pack: Pack) -> dict[str, str]:
    return {
        one.kind: f"role {one.role}, numbers {_told(tuple(n.kind for n in one.numbers))}"
        for one in pack.manifest.procedures
    }


# ------------------------------------------------------------------ messages


def whom(pack: Pack, spec: MessageSpec) -> tuple[str, ...]:
    """Return whom a message concerns: the offices that get it, and who signs it."""
    roles = ", ".join((spec.role, *spec.also))
    offices = tuple(f"{roles} offices of {one}" for one in pack.manifest.administrations)
    return offices if spec.signatory == "nobody" else (*offices, f"{spec.signatory} (signs)")


def _messages(old: Pack, new: Pack) -> Iterator[Difference]:
    before = {spec.type: spec for spec in old.manifest.messages}
    after = {spec.type: spec for spec in new.manifest.messages}
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            concerned = whom(old, before[name])
            yield Difference(part="message", change=Change.REMOVED, name=name, whom=concerned)
        elif name not in before:
            yield Difference(
                part="message",
                change=Change.ADDED,
                name=name,
                detail=f"on {_told(after[name].on)}; {after[name].text}",
                whom=whom(new, after[name]),
            )
        else:
            yield from _message(old, new, before[name], after[name])


def _message(old: Pack, new: Pack, before: MessageSpec, after: MessageSpec) -> Iterator[Difference]:
    told = [
        f"{one.name}: {_told(getattr(before, one.name))} → {_told(getattr(after, one.name))}"
        for one in fields(MessageSpec)
        if getattr(before, one.name) != getattr(after, one.name)
    ]
    for key in _FILES:
        path = getattr(after, key)
        if path == getattr(before, key) and _digest(old, path) != _digest(new, path):
            told.append(f"{path} is another file")
    concerned = tuple(dict.fromkeys((*whom(old, before), *whom(new, after))))
    for detail in told:
        yield Difference(
            part="message", change=Change.CHANGED, name=after.type, detail=detail, whom=concerned
        )


def _digest(pack: Pack, path: str) -> str:
    return sha256(pack.files.get(path, b"")).hexdigest()


# ------------------------------------------------------------------ rules, lists, answers


def _concerned(pack: Pack, specs: Iterable[MessageSpec]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for spec in specs for name in whom(pack, spec)))


def _users(pack: Pack, file: str) -> list[MessageSpec]:
    """Return the messages a rule file judges; rules of a procedure concern all of its messages."""
    kinds = {one.kind for one in pack.manifest.procedures if file in one.rules}
    return [one for one in pack.manifest.messages if file in one.rules or one.procedure in kinds]


def _rules(old: Pack, new: Pack) -> Iterator[Difference]:
    before = {rule.code: rule for rule in written_rules(old.files)}
    after = {rule.code: rule for rule in written_rules(new.files)}
    for code in dict.fromkeys([*before, *after]):
        pack, rule = (new, after[code]) if code in after else (old, before[code])
        concerned = _concerned(pack, _users(pack, rule.file))
        if code not in after:
            change, detail = Change.REMOVED, ""
        elif code not in before:
            change, detail = Change.ADDED, f"{rule.flag}: {dict(rule.texts)['en']}"
        elif detail := _rule_change(before[code], rule):
            change = Change.CHANGED
        else:
            continue
        yield Difference(part="rule", change=change, name=code, detail=detail, whom=concerned)


def _rule_change(before: WrittenRule, after: WrittenRule) -> str:
    told = [
        f"{key}: {getattr(before, key)} → {getattr(after, key)}"
        for key in ("flag", "context", "test", "file")
        if getattr(before, key) != getattr(after, key)
    ]
    if before.texts != after.texts:
        changed = [lang for lang, text in after.texts if dict(before.texts).get(lang) != text]
        told.append(f"texts: {', '.join(changed)}")
    return "; ".join(told)


def _lists(old: Pack, new: Pack) -> Iterator[Difference]:
    before, after = old.codelists, new.codelists
    for name in dict.fromkeys([*before, *after]):
        pack = new if name in after else old
        users = [spec for spec in pack.manifest.messages if name in spec.maps]
        concerned = _concerned(pack, users) or _everybody(pack)
        was = _entries(before[name].pairs) if name in before else {}
        becomes = _entries(after[name].pairs) if name in after else {}
        yield from _parts(f"code list {name}", was, becomes, concerned)


def _entries(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    entries: dict[str, str] = {}
    for code, to in pairs:
        entries[code] = f"{entries[code]}, {to}" if code in entries else to or "-"
    return entries


def _answers(old: Pack, new: Pack) -> Iterator[Difference]:
    def told(pack: Pack) -> dict[str, str]:
        return {one.type: _told(one) for one in pack.answers.specs}

    about = {one.type: one.about for one in (*old.answers.specs, *new.answers.specs)}
    specs = {spec.type: spec for spec in (*old.manifest.messages, *new.manifest.messages)}
    for one in _parts("answer", told(old), told(new), ()):
        spec = specs.get(about[one.name])
        concerned = whom(new, spec) if spec else _everybody(new)
        yield Difference(
            part=one.part, change=one.change, name=one.name, detail=one.detail, whom=concerned
        )
