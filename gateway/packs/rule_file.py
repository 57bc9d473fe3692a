"""Rule files as they are written: which codes they hold, where, and what each says.

``rules`` compiles the same files; here they are read for people, for comparison and for tests that
change them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from gateway.domain.finding import LANGUAGES
from gateway.markup import safe
from gateway.markup.tree import Element, name

_TESTS = ("assert", "report")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """One assert or report. ``texts`` pairs language and ``what is wrong || how to mend it``."""

    code: str
    file: str
    line: int | None
    context: str
    test: str
    report: bool
    flag: str
    texts: tuple[tuple[str, str], ...]


def written_rules(files: Mapping[str, bytes]) -> tuple[WrittenRule, ...]:
    """Return every rule of ``rules/*.sch``, in the order of files and of lines.

    Raises:
        Refusal: ``pack.not-xml``.
    """
    found: list[WrittenRule] = []
    for file in sorted(one for one in files if one.startswith("rules/") and one.endswith(".sch")):
        found += _of_file(safe.parse_own(files, file), file)
    return tuple(found)


def _of_file(root: Element, file: str) -> Iterator[WrittenRule]:
    texts = {
        node.get("id", ""): " ".join("".join(node.itertext()).split())
        for node in root.iter(etree.Element)
        if name(node) == "diagnostic"
    }
    for node in root.iter(etree.Element):
        if name(node) not in _TESTS:
            continue
        code, parent = node.get("id", ""), node.getparent()
        yield WrittenRule(
            code=code,
            file=file,
            line=node.sourceline,
            context=parent.get("context", "") if parent is not None else "",
            test=node.get("test", ""),
            report=name(node) == "report",
            flag=node.get("flag", ""),
            texts=tuple((lang, texts.get(f"{code}.{lang}", "")) for lang in LANGUAGES),
        )
