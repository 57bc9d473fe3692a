"""Expressions of rules as text: what they use, and forms that ask a whole document at once.

Asking a path once for a document costs a hundredth of asking it once for every node of a long one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

_CALL = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
_VARIABLE = re.compile(r"\$([A-Za-z_][\w.-]*)")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_PLACE = re.compile(r"(?<![\w.-])(?:position|last)\s*\(")
_QUESTION = re.compile(r".*(?:[=<>]|\s(?:and|or)\s).*", re.DOTALL)
_ASKING = re.compile(r"(?:not|boolean|starts-with|contains|fr:[\w-]+)\s*")
_PATH = re.compile(r"@?[A-Za-z_][\w.:/@-]*")
_NAMED = re.compile(r"\[@name = '[\w.-]+'(?: or @name = '[\w.-]+')*\]")
_BRACKETS = {"[": re.compile(r"[\[\]]"), "(": re.compile(r"[()]")}

_remembered = lru_cache(maxsize=4096)
"""Every slot compiles the same expressions; what was found out about their text is kept."""


@_remembered
def calls(expression: str) -> tuple[str, ...]:
    """Return the names of the functions and node tests an expression calls."""
    return tuple(_CALL.findall(_without_literals(expression)))


@_remembered
def variables(expression: str) -> tuple[str, ...]:
    """Return the names of the variables an expression uses, each once."""
    return tuple(dict.fromkeys(_VARIABLE.findall(_without_literals(expression))))


@_remembered
def _without_literals(expression: str) -> str:
    return _LITERAL.sub(lambda found: " " * len(found.group()), expression)


def _masked(text: str, opening: str = "[") -> str:
    """Blank out what brackets hold, keeping every other character in its place."""
    depth, end, out = 0, 0, []
    for bracket in _BRACKETS[opening].finditer(text):
        opens = bracket.group() == opening
        if opens and not depth:
            out.append(text[end : bracket.start()])
            end = bracket.start()
        elif not opens and depth == 1:
            out.append(" " * (bracket.end() - end))
            end = bracket.end()
        depth += 1 if opens else -1
    out.append(" " * (len(text) - end) if depth else text[end:])
    return "".join(out)


@_remembered
def without_predicates(expression: str) -> str:
    """Blank out literals and predicates, keeping every other character in its place."""
    return _masked(_without_literals(expression))


def split_union(pattern: str) -> list[str]:
    """Split at the ``|`` that stand outside predicates and literals."""
    parts, start = [], 0
    for place, character in enumerate(without_predicates(pattern)):
        if character == "|":
            parts.append(pattern[start:place].strip())
            start = place + 1
    return [*parts, pattern[start:].strip()]


# ------------------------------------------------------------------ nodes by their names


def names(pattern: str) -> frozenset[str]:
    """Return names of which a document must hold one as ``@name`` to match; empty if it need not.

    Formats of fixed fields call everything ``Field``; ``[@name = 'A' or @name = 'B']`` says which.
    """
    found: set[str] = set()
    for part in split_union(pattern):
        asked = (_NAMED.fullmatch(part[at.start - 1 : at.stop + 1]) for at in _predicates(part))
        named = next((one for one in asked if one), None)
        if named is None:
            return frozenset()
        found.update(_words(named))
    return frozenset(found)


def listed(pattern: str) -> str:
    """Return a pattern that looks a node's name up in one list, not comparing it with each."""

    def spelled(found: re.Match[str]) -> str:
        many = _words(found)
        known = f"[contains(' {' '.join(many)} ', concat(' ', @name, ' '))]"
        return known if len(many) > 1 else found.group()

    return _NAMED.sub(spelled, pattern)


def _words(named: re.Match[str]) -> list[str]:
    return [one.strip("'") for one in _LITERAL.findall(named.group())]


# ------------------------------------------------------------------ from anywhere


def anywhere(pattern: str) -> str:
    """Return the path of what matches a pattern anywhere in a document.

    ``//x[...]`` looks at the children of every node; ``/descendant::x[...]`` finds the same by one
    walk, unless a predicate asks for a place among siblings.
    """
    if pattern.startswith("/"):
        return pattern
    end = without_predicates(pattern).find("/")
    step = pattern if end < 0 else pattern[:end]
    bare = _without_literals(step)
    plain = all(_is_question(bare[at]) for at in _predicates(step))
    return f"/descendant::{pattern}" if plain else f"//{pattern}"


def _predicates(steps: str) -> Iterator[slice]:
    """Yield where the predicates stand that are not inside another."""
    depth, start = 0, 0
    for place, character in enumerate(_without_literals(steps)):
        if character == "[":
            depth += 1
            start = place + 1 if depth == 1 else start
        elif character == "]":
            depth -= 1
            if not depth:
                yield slice(start, place)


def _is_question(predicate: str) -> bool:
    """Tell whether a predicate is surely true or false, and no number of a place."""
    if _PLACE.search(predicate):
        return False
    flat = _masked(_masked(predicate), "(")
    asks = _QUESTION.fullmatch(flat) or _ASKING.fullmatch(flat.strip())
    return bool(asks or _PATH.fullmatch(predicate.strip()))


# ------------------------------------------------------------------ all nodes at once


def inlined(expression: str, lets: Mapping[str, str | None]) -> str | None:
    """Return ``expression`` with the variables of ``lets`` replaced by what they stand for.

    None where that would mean something else: inside a predicate, where ``.`` is another node, or
    where the expression asks for its own place, which is the first when it is asked alone.
    """
    outside, plain = without_predicates(expression), _without_literals(expression)
    inside = {one.group(1) for one in _VARIABLE.finditer(plain) if outside[one.start()] == " "}
    if _PLACE.search(outside) or inside & lets.keys():
        return None
    parts, end = [], 0
    for found in _VARIABLE.finditer(outside):
        if found.group(1) not in lets:
            continue
        value = lets[found.group(1)]
        if value is None:
            return None
        parts += [expression[end : found.start()], f"({value})"]
        end = found.end()
    return "".join([*parts, expression[end:]])


def substitutes(lets: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Return what each variable of a rule stands for, asked of the rule's own node."""
    known: dict[str, str | None] = {}
    for variable, value in lets:
        known[variable] = inlined(value, known)
    return known
