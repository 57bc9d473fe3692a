"""What a name of a pack means: a rule's code, a message, an answer, a code list, a switch.

For people who met the name in a finding or a timeline and want to know what it is about, on whose
word, and in which file it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.packs.compare import whom
from gateway.packs.compiled import Pack
from gateway.packs.manifest import MessageSpec
from gateway.packs.places import line_of
from gateway.packs.rule_file import WrittenRule, written_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One thing of that name. ``texts`` are by language, ``more`` pairs name and value."""

    kind: str
    name: str
    pack: str
    file: str
    line: int | None
    status: str
    source: str
    texts: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str], ...] = ()


def meanings(pack: Pack, name: str) -> tuple[Meaning, ...]:
    """Return everything in one pack that has that name; letter case does not matter."""
    found = (*_rules(pack), *_messages(pack), *_answers(pack), *_lists(pack), *_switches(pack))
    return tuple(one for one in found if one.name.lower() == name.lower())


def names(pack: Pack) -> tuple[str, ...]:
    """Return every name that :func:`meanings` knows, for suggestions."""
    found = (*_rules(pack), *_messages(pack), *_answers(pack), *_lists(pack), *_switches(pack))
    return tuple(one.name for one in found)


def _line(pack: Pack, file: str, key: str) -> int | None:
    return line_of(pack.files[file], key) if file in pack.files else None


def _joined(words: object) -> str:
    return ", ".join(str(word) for word in words) if isinstance(words, tuple) else str(words)


def _rules(pack: Pack) -> Iterator[Meaning]:
    for rule in written_rules(pack.files):
        users = [spec for spec in pack.manifest.messages if rule.file in spec.rules]
        procedures = [one.kind for one in pack.manifest.procedures if rule.file in one.rules]
        yield Meaning(
            kind="rule",
            name=rule.code,
            pack=pack.manifest.source_label,
            file=rule.file,
            line=rule.line,
            status=_joined(tuple(dict.fromkeys(spec.status for spec in users))),
            source=_joined(tuple(dict.fromkeys(spec.source for spec in users))),
            texts=rule.texts,
            more=(*_of_rule(rule), *_judged(pack, users, procedures)),
        )


def _of_rule(rule: WrittenRule) -> tuple[tuple[str, str], ...]:
    condition = ("found when" if rule.report else "must hold", rule.test)
    return (("severity", rule.flag), ("on every", rule.context), condition)


def _judged(
    pack: Pack, users: list[MessageSpec], procedures: list[str]
) -> Iterator[tuple[str, str]]:
    if users:
        yield "judges", _joined(tuple(spec.type for spec in users))
        yield "for", _joined(tuple(dict.fromkeys(n for spec in users for n in whom(pack, spec))))
    if procedures:
        yield "asked by", _joined(tuple(procedures))


def _messages(pack: Pack) -> Iterator[Meaning]:
    for spec in pack.manifest.messages:
        after = tuple(f"{one.message} {one.answer}" for one in spec.after)
        more = (
            ("procedure", spec.procedure),
            ("for", _joined(whom(pack, spec))),
            ("owed on", _joined(tuple(spec.on)) or "-"),
            ("after", _joined(after) or "-"),
            ("made by", spec.projection),
            ("judged by", _joined((spec.schema or spec.layout, *spec.rules))),
            ("sent for", f"{spec.deadline_hours} hours" if spec.deadline_hours else "ever"),
        )
        yield Meaning(
            kind="message",
            name=spec.type,
            pack=pack.manifest.source_label,
            file="pack.toml",
            line=_line(pack, "pack.toml", f"message {spec.type}"),
            status=spec.status,
            source=spec.source,
            texts=(("en", spec.text),),
            more=more,
        )


def _answers(pack: Pack) -> Iterator[Meaning]:
    files = sorted(one for one in pack.files if one.startswith("answers/"))
    for spec in pack.answers.specs:
        places = ((one, _line(pack, one, f"answer {spec.type}")) for one in files)
        file, line = next(((f, number) for f, number in places if number), ("answers", None))
        more = (
            ("about", spec.about or "-"),
            ("says", spec.kind),
            ("procedure becomes", spec.procedure_state or "as it was"),
            ("event", spec.event or "-"),
            ("recognised by", f"{spec.root or spec.output} {spec.when}".strip()),
        )
        yield Meaning(
            kind="answer",
            name=spec.type,
            pack=pack.manifest.source_label,
            file=file,
            line=line,
            status=spec.status,
            source=spec.source,
            texts=(("en", spec.text),),
            more=more,
        )


def _lists(pack: Pack) -> Iterator[Meaning]:
    for name, codes in pack.codelists.items():
        used = tuple(spec.type for spec in pack.manifest.messages if name in spec.maps)
        yield Meaning(
            kind="code list",
            name=name,
            pack=pack.manifest.source_label,
            file=f"codelists/{name}.csv",
            line=1,
            status="",
            source="",
            texts=(),
            more=(("entries", str(len(codes.pairs))), ("used by", _joined(used) or "rules")),
        )


def _switches(pack: Pack) -> Iterator[Meaning]:
    for spec in pack.manifest.switches:
        yield Meaning(
            kind="switch",
            name=spec.id,
            pack=pack.manifest.source_label,
            file="pack.toml",
            line=_line(pack, "pack.toml", f"switch {spec.id}"),
            status=spec.status,
            source=spec.source,
            texts=(("en", spec.text),),
            more=(("default", "on" if spec.default else "off"),),
        )
