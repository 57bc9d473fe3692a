"""What a simulated customs system answers: ``sandbox/behaviour.toml`` of a pack, compiled.

Data only: which message brings which answers, when, with which parameters. The simulator itself
lives in ``gateway.sandbox``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from gateway.markup import safe
from gateway.markup.tree import PREFIXES, Element, serialise
from gateway.packs import layout as layouts_of
from gateway.packs import tables
from gateway.packs.answers import compile_path
from gateway.packs.layout_file import Layouts

FILE = "sandbox/behaviour.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedSpec:
    """One ``[[on.answer]]``: a stylesheet from the received message to the answer."""

    template: str
    layout: str = ""
    after_ms: int = 0
    params: tables.PAIRS = ()
    number_key: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSpec:
    """One ``[[on]]``: the message it reacts to. Without answers it is silence."""

    message: str
    when: str = ""
    answers: tuple[ScriptedSpec, ...] = field(default=(), metadata={tables.KEY: "answer"})


@dataclass(frozen=True, slots=True)
class _BehaviourFile:
    namespaces: tables.PAIRS = ()
    on: tuple[OnSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer to one received message, ready to be written.

    ``key`` is the identity under which official numbers stay the same; ``effect`` goes to the
    simulator's journal.
    """

    spec: ScriptedSpec
    received: Element
    key: str
    stylesheet: safe.Stylesheet
    layouts: Layouts | None

    @property
    def after_ms(self) -> int:
        """How long the office takes."""
        return self.spec.after_ms

    @property
    def effect(self) -> str:
        """What happened at the office."""
        return self.spec.effect

    def render(self, params: Mapping[str, str]) -> bytes:
        """Return the answer's native bytes; the pack's own parameters win over ``params``.

        Raises:
            Refusal: ``stylesheet.*``, ``layout.*``.
        """
        result = self.stylesheet.apply(self.received, **{**params, **dict(self.spec.params)})
        if self.spec.layout and self.layouts is not None:
            body = self.layouts.bodies[self.spec.layout]
            return layouts_of.encode(result, body, self.layouts.header)
        return serialise(result)


@dataclass(frozen=True, slots=True)
class _Reaction:
    spec: OnSpec
    when: etree.XPath | None
    answers: tuple[tuple[ScriptedSpec, etree.XPath | None, safe.Stylesheet], ...]


class Behaviour:
    """The reactions of one administration's simulated system."""

    def __init__(self, reactions: tuple[_Reaction, ...], layouts: Layouts | None) -> None:
        self._reactions = reactions
        self._layouts = layouts

    def to(self, message: str, content: bytes) -> tuple[Scripted, ...]:
        """Return the answers to a received message: the first reaction that fits, else none.

        Raises:
            Refusal: ``xml.*``, ``layout.*``: the content cannot be read; ``pack.xpath-broken``.
        """
        received = (
            safe.parse(content)
            if self._layouts is None or content.lstrip().startswith(b"<")
            else layouts_of.decode(content, self._layouts)
        )
        try:
            return self._reacted(message, received)
        except etree.XPathError as error:
            reason = str(error)
            raise tables.refusal("pack.xpath-broken", FILE, path="-", reason=reason) from None

    def _reacted(self, message: str, received: Element) -> tuple[Scripted, ...]:
        tree = received.getroottree()
        for reaction in self._reactions:
            if reaction.spec.message != message:
                continue
            if reaction.when is not None and not reaction.when(tree):
                continue
            return tuple(
                Scripted(
                    spec,
                    received,
                    "" if key is None else str(key(tree)).strip(),
                    stylesheet,
                    self._layouts,
                )
                for spec, key, stylesheet in reaction.answers
            )
        return ()


def compile_behaviour(files: Mapping[str, bytes], layouts: Layouts | None) -> Behaviour:
    """Compile ``sandbox/behaviour.toml``; a pack without one never answers.

    Raises:
        Refusal: ``pack.*``.
    """
    if FILE not in files:
        return Behaviour((), layouts)
    content = tables.read(_BehaviourFile, tables.load(files[FILE], FILE), FILE)
    prefixes = {**PREFIXES, **dict(content.namespaces)}
    return Behaviour(
        tuple(_reaction(spec, prefixes, files, layouts) for spec in content.on), layouts
    )


def _reaction(
    spec: OnSpec, prefixes: Mapping[str, str], files: Mapping[str, bytes], layouts: Layouts | None
) -> _Reaction:
    for answer in spec.answers:
        if answer.layout and (layouts is None or answer.layout not in layouts.bodies):
            raise tables.refusal("pack.missing-file", answer.layout)
    return _Reaction(
        spec,
        compile_path(spec.when, prefixes, FILE, "boolean") if spec.when else None,
        tuple(
            (
                answer,
                compile_path(answer.number_key, prefixes, FILE) if answer.number_key else None,
                safe.compile_stylesheet(files, answer.template),
            )
            for answer in spec.answers
        ),
    )
