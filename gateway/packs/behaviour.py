"""What a simulated customs system answers: ``sandbox/behaviour.toml`` of a pack, compiled.

Data only: which message brings which answers, when, with which parameters. The simulator itself
lives in ``gateway.sandbox``.
"""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySpec:
    """One ``[[say]]``: what the office says when told to, under ``word``.

    It can be said about a received message of one of ``messages``; none means any.
    """

    word: str
    template: str
    messages: tuple[str, ...] = ()
    layout: str = ""
    params: tables.PAIRS = ()
    number_key: str = ""


@dataclass(frozen=True, slots=True)
class _BehaviourFile:
    namespaces: tables.PAIRS = ()
    on: tuple[OnSpec, ...] = ()
    say: tuple[SaySpec, ...] = ()


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

    def render(self, params: Mapping[str, str], said: tables.PAIRS = ()) -> bytes:
        """Return the answer's native bytes.

        The pack's own parameters win over ``params``, and over them what the office was told to
        say.

        Raises:
            Refusal: ``stylesheet.*``, ``layout.*``.
        """
        told = {**params, **dict(self.spec.params), **dict(said)}
        result = self.stylesheet.apply(self.received, **told)
        if self.spec.layout and self.layouts is not None:
            body = self.layouts.bodies[self.spec.layout]
            return layouts_of.encode(result, body, self.layouts.header)
        return serialise(result)


@dataclass(frozen=True, slots=True)
class _Reaction:
    spec: OnSpec
    when: etree.XPath | None
    answers: tuple[tuple[ScriptedSpec, etree.XPath | None, safe.Stylesheet], ...]


@dataclass(frozen=True, slots=True)
class _Saying:
    messages: tuple[str, ...]
    spec: ScriptedSpec
    key: etree.XPath | None
    stylesheet: safe.Stylesheet

    def about(self, message: str) -> bool:
        return not self.messages or message in self.messages


class Behaviour:
    """The reactions of one administration's simulated system, and what it says when told to."""

    def __init__(
        self,
        reactions: tuple[_Reaction, ...],
        layouts: Layouts | None,
        sayings: tuple[_Saying, ...] = (),
    ) -> None:
        self._reactions = reactions
        self._layouts = layouts
        self._sayings = sayings

    def words(self, message: str) -> tuple[str, ...]:
        """Return what the office can be told to say about a message of that type.

        These are the words of ``[[say]]`` and the effects of every answer that some ``[[on]]``
        gives to it, whatever its ``when``: every answer on demand.
        """
        return tuple(dict.fromkeys(one.spec.effect for one in self._all_about(message)))

    def saying(self, word: str, message: str, content: bytes) -> Scripted | None:
        """Return what the office says under ``word`` about a received message, if it can.

        Raises:
            Refusal: as :meth:`to`.
        """
        one = next((one for one in self._all_about(message) if one.spec.effect == word), None)
        if one is None:
            return None
        received = self._received(content)
        key = "" if one.key is None else str(one.key(received.getroottree())).strip()
        return Scripted(one.spec, received, key, one.stylesheet, self._layouts)

    def _all_about(self, message: str) -> Iterator[_Saying]:
        yield from (one for one in self._sayings if one.about(message))
        for reaction in self._reactions:
            if reaction.spec.message == message:
                for spec, key, stylesheet in reaction.answers:
                    yield _Saying((message,), spec, key, stylesheet)

    def _received(self, content: bytes) -> Element:
        if self._layouts is None or content.lstrip().startswith(b"<"):
            return safe.parse(content)
        return layouts_of.decode(content, self._layouts)

    def to(self, message: str, content: bytes) -> tuple[Scripted, ...]:
        """Return the answers to a received message: the first reaction that fits, else none.

        Raises:
            Refusal: ``xml.*``, ``layout.*``: the content cannot be read; ``pack.xpath-broken``.
        """
        return self.to_tree(message, self._received(content))

    def to_tree(self, message: str, received: Element) -> tuple[Scripted, ...]:
        """Return the same to a message that was read.

        Raises:
            Refusal: ``pack.xpath-broken``.
        """
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
        tuple(_reaction(spec, prefixes, files, layouts) for spec in content.on),
        layouts,
        tuple(_saying(spec, prefixes, files, layouts) for spec in content.say),
    )


def _saying(
    spec: SaySpec, prefixes: Mapping[str, str], files: Mapping[str, bytes], layouts: Layouts | None
) -> _Saying:
    scripted = ScriptedSpec(
        template=spec.template,
        layout=spec.layout,
        params=spec.params,
        number_key=spec.number_key,
        effect=spec.word,
    )
    answer, key, stylesheet = _scripted(scripted, prefixes, files, layouts)
    return _Saying(spec.messages, answer, key, stylesheet)


def _scripted(
    answer: ScriptedSpec,
    prefixes: Mapping[str, str],
    files: Mapping[str, bytes],
    layouts: Layouts | None,
) -> tuple[ScriptedSpec, etree.XPath | None, safe.Stylesheet]:
    if answer.layout and (layouts is None or answer.layout not in layouts.bodies):
        raise tables.refusal("pack.missing-file", answer.layout)
    key = compile_path(answer.number_key, prefixes, FILE) if answer.number_key else None
    return answer, key, safe.compile_stylesheet(files, answer.template)


def _reaction(
    spec: OnSpec, prefixes: Mapping[str, str], files: Mapping[str, bytes], layouts: Layouts | None
) -> _Reaction:
    return _Reaction(
        spec,
        compile_path(spec.when, prefixes, FILE, "boolean") if spec.when else None,
        tuple(_scripted(answer, prefixes, files, layouts) for answer in spec.answers),
    )
