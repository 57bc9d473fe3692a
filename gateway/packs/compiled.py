"""One administration's folder, compiled.

A pack is made from bytes by path and nothing else, so its digest says everything about it: SHA-256
over the sorted lines ``path sha256``. Compiled schemas and stylesheets belong to one thread at a
time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from lxml import etree

from gateway.domain.finding import LANGUAGES, Catalogue, Finding, Refusal, Text
from gateway.domain.message import Answer, Suite
from gateway.markup import safe, wire
from gateway.markup.tree import PREPARED, XMLDSIG, Element, build, copied, serialise
from gateway.packs import layout as layouts_of
from gateway.packs import manifest as manifest_of
from gateway.packs import tables
from gateway.packs.answers import Answers, compile_answers
from gateway.packs.behaviour import Behaviour, compile_behaviour
from gateway.packs.codelists import CodeList, read_codelists
from gateway.packs.digests import digest_of
from gateway.packs.field_sources import (
    FieldSources,
    led_back,
    line_of,
    merged,
    read_fields,
    root_of,
    told,
)
from gateway.packs.layout_file import Layouts, read_layouts
from gateway.packs.manifest import Manifest, MessageSpec
from gateway.packs.rules import Rules, compile_rules

_MESSAGES = f"{{{PREPARED}}}Messages"
_PREPARED = "/Prepared"
_SIGNATURE = f"{{{XMLDSIG}}}Signature"


@dataclass(frozen=True, slots=True)
class _Form:
    """How one message type is made and judged."""

    spec: MessageSpec
    stylesheet: safe.Stylesheet
    schema: safe.Schema | None
    rules: tuple[Rules, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """One to-be-signed message: its bytes, and the tree they spell."""

    content: bytes
    root: Element


class Pack:
    """One administration's messages, answers, lists and rules. For one thread at a time."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        manifest: Manifest,
        switches: Mapping[str, bool],
        fields: FieldSources,
    ) -> None:
        self.files = files
        self.manifest = manifest
        self.digest = digest_of(files)
        self.layouts: Layouts | None = read_layouts(files)
        self._fields: FieldSources = merged(fields, read_fields(files))
        self._switches = _switched(manifest, switches)
        self._lists = read_codelists(files, "codelists/")
        self._drawn: dict[str, Element] = {}
        self._rules: dict[str, Rules] = {}
        self._forms = {spec.type: self._form(spec) for spec in manifest.messages}
        self._requirements = {spec.kind: self._rules_of(spec.rules) for spec in manifest.procedures}
        self._answers: Answers = compile_answers(
            files,
            manifest.zone,
            [procedure.kind for procedure in manifest.procedures],
            [spec.type for spec in manifest.messages],
        )

    def _form(self, spec: MessageSpec) -> _Form:
        for name in spec.maps:
            if name not in self._lists:
                raise tables.refusal("pack.missing-file", f"codelists/{name}.csv")
        if spec.layout and (self.layouts is None or spec.layout not in self.layouts.bodies):
            raise tables.refusal("pack.missing-file", spec.layout)
        schema = safe.compile_schema(self.files, spec.schema) if spec.schema else None
        return _Form(
            spec,
            safe.compile_stylesheet(self.files, spec.projection),
            schema,
            self._rules_of(spec.rules),
        )

    def _rules_of(self, paths: Collection[str]) -> tuple[Rules, ...]:
        """Compile rule files, each once however many messages obey it."""
        for path in paths:
            if path not in self._rules:
                self._rules[path] = compile_rules(self.files, path, self._lists)
        return tuple(self._rules[path] for path in paths)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Texts of the pack's rules."""
        texts: dict[str, dict[str, Text]] = {language: {} for language in LANGUAGES}
        for rules in (
            *(one for form in self._forms.values() for one in form.rules),
            *(one for required in self._requirements.values() for one in required),
        ):
            for language, found in rules.texts.items():
                texts[language].update(found)
        return Catalogue(texts)

    @cached_property
    def behaviour(self) -> Behaviour:
        """The simulated customs system of this administration, compiled on first use."""
        return compile_behaviour(self.files, self.layouts)

    @property
    def messages(self) -> tuple[MessageSpec, ...]:
        """The types of message that are in use: those whose switch, if any, is on."""
        return tuple(
            one for one in self.manifest.messages if not one.switch or self.switch(one.switch)
        )

    @property
    def answers(self) -> Answers:
        """The answers this pack understands."""
        return self._answers

    @property
    def codelists(self) -> Mapping[str, CodeList]:
        """The code lists by name."""
        return self._lists

    def message(self, message: str) -> MessageSpec:
        """Return one message type.

        Raises:
            Refusal: ``pack.unknown-message``.
        """
        return self._of(message).spec

    def _of(self, message: str) -> _Form:
        if message not in self._forms:
            raise tables.refusal("pack.unknown-message", manifest_of.FILE, word=message)
        return self._forms[message]

    def project(self, message: str, prepared: Element) -> tuple[bytes, ...]:
        """Return the to-be-signed bytes of a message type: none, one or several.

        Raises:
            Refusal: as :meth:`make`.
        """
        return tuple(one.content for one in self.make(message, prepared))

    def make(self, message: str, prepared: Element) -> tuple[Made, ...]:
        """Make the messages of a type, none, one or several, to be judged and signed.

        Raises:
            Refusal: ``stylesheet.*``, or ``layout.*`` where the result does not fit its fields.
        """
        form = self._of(message)
        result = form.stylesheet.apply(prepared)
        if result.tag == _MESSAGES:
            results = [_alone(child) for child in result.iterchildren(etree.Element)]
        else:
            results = [result]
        return tuple(Made(self.spell(message, one), one) for one in results)

    def spell(self, message: str, result: Element) -> bytes:
        """Return the bytes of one message given as a tree: its document, or its ``Job``.

        Raises:
            Refusal: ``layout.*`` where it does not fit its fields.
        """
        form = self._of(message)
        if self.layouts is None or not form.spec.layout:
            return serialise(result)
        body = self.layouts.bodies[form.spec.layout]
        try:
            return layouts_of.encode(result, body, self.layouts.header)
        except Refusal as refusal:
            # What does not fit is not checked later, so the rules, which explain better, run now.
            label = self.manifest.source_label
            told = [replace(finding, source=label) for finding in refusal.findings]
            told += [f for rules in form.rules for f in rules.check(result, label)]
            raise Refusal(*told) from None

    def judge(self, message: str, made: Made) -> tuple[Finding, ...]:
        """Return what is wrong with a message of our making, as :meth:`check` does.

        The tree tells whether anything is; only then are the bytes read back, for the place of it.
        """
        return () if self._is_right(self._of(message), made) else self.check(message, made.content)

    def _is_right(self, form: _Form, made: Made) -> bool:
        if form.spec.layout:
            layouts_of.drop_blank(made.root)  # nothing of them is in the bytes
        else:
            try:
                safe.check_written(made.content, made.root)
            except Refusal:
                return False
        if form.schema is not None and not form.schema.holds(made.root):
            return False
        return not any(rules.check(made.root, "") for rules in form.rules)

    def check(self, message: str, content: bytes) -> tuple[Finding, ...]:
        """Return what is wrong with a message of that type, signed or not; empty when right.

        A signature as the last child of the root is left out: ``markup.signature`` judges it.
        """
        fixed = bool(self._of(message).spec.layout)
        try:
            root = self._read(content, fixed=fixed)
        except Refusal as refusal:
            label = self.manifest.source_label
            return tuple(replace(finding, source=label) for finding in refusal.findings)
        return self.check_tree(message, root)

    def check_tree(self, message: str, root: Element) -> tuple[Finding, ...]:
        """Return the same of a message that :meth:`read_message` read."""
        form = self._of(message)
        label = self.manifest.source_label
        found: tuple[Finding, ...] = ()
        if form.schema is not None:
            found = form.schema.check(root)
        elif self.layouts is not None:
            body = self.layouts.bodies[form.spec.layout]
            found = layouts_of.check(root, body, self.layouts.header)
        found = tuple(replace(finding, source=label) for finding in found)
        return found + tuple(f for rules in form.rules for f in rules.check(root, label))

    def read_message(self, message: str, content: bytes) -> Element:
        """Return a message as a tree, without its signature: what :meth:`spell` writes.

        Raises:
            Refusal: ``xml.*`` or ``layout.*`` where it cannot be read.
        """
        return self._read(content, fixed=bool(self._of(message).spec.layout))

    def blanks(self, message: str, content: bytes) -> tuple[tuple[str, int, int], ...]:
        """Return (name, start, length) of the places that are filled at transport.

        ``content`` is the message as it is sent, ``multipart/signed`` or bare. Formats without a
        header of ours have no such places.

        Raises:
            Refusal: ``pack.unknown-message``; ``wire.malformed``.
        """
        spec = self._of(message).spec
        if self.layouts is None or not spec.layout:
            return ()
        signed = wire.split_signed(content)[0] if spec.suite is Suite.CMS else content
        return tuple(layouts_of.blanks(self.layouts.header, content.index(signed)))

    def check_procedure(self, procedure: str, prepared: Element) -> tuple[Finding, ...]:
        """Return what a procedure lacks, asked of the prepared document around the declaration.

        Pointers lead into the declaration as its sender knows it.
        """
        label = self.manifest.source_label
        return tuple(
            replace(finding, pointer=finding.pointer.removeprefix(_PREPARED))
            for rules in self._requirements[procedure]
            for finding in rules.check(prepared, label)
        )

    def _read(self, content: bytes, *, fixed: bool) -> Element:
        if fixed and self.layouts is not None:
            return layouts_of.decode(content, self.layouts)
        root = safe.parse(content)
        if len(root) and root[-1].tag == _SIGNATURE:
            root.remove(root[-1])
        return root

    def read_answer(self, content: bytes) -> Answer:
        """Return an office's answer in our words.

        Raises:
            Refusal: ``answer.unknown``; ``xml.*`` or ``layout.*`` where it cannot be read.
        """
        if self.layouts is None or content.lstrip().startswith(b"<"):
            return self._answers.read(safe.parse(content))
        job = layouts_of.decode(content, self.layouts)
        return self._answers.read(job, output=job.get("output", "") or "-")

    def findings_of(self, answer: Answer, declaration: Element | None) -> tuple[Finding, ...]:
        """Return what an office finds wrong, pointing into our declaration as far as known."""
        label = self.manifest.source_label
        return tuple(
            told(one, self.sources(answer.about or root_of(one)), label, declaration)
            for one in answer.findings
        )

    def led_back(self, message: str, finding: Finding, declaration: Element) -> Finding:
        """Return a finding about a message as one about the declaration, as far as known."""
        ours = led_back(finding.pointer, self.sources(message), declaration)
        if not ours:
            return replace(finding, line=None)  # it counts lines of what nobody has seen
        return replace(finding, pointer=ours, line=line_of(ours, declaration))

    def sources(self, message: str) -> Mapping[str, str]:
        """Return, by field of a message type, the element of our declaration it comes from."""
        return self._fields.get(message, {})

    def lists(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the pairs (our code, theirs) of one code list.

        Raises:
            Refusal: ``pack.missing-file``.
        """
        if name not in self._lists:
            raise tables.refusal("pack.missing-file", f"codelists/{name}.csv")
        return self._lists[name].pairs

    def drawn_list(self, name: str) -> Element:
        """Return one code list as prepared documents hold it; each call gives a copy.

        Raises:
            Refusal: ``pack.missing-file``.
        """
        if name not in self._drawn:
            pairs = self.lists(name)
            entries = [build(PREPARED, "Entry", (("from", one), ("to", to))) for one, to in pairs]
            self._drawn[name] = build(PREPARED, "List", (("name", name),), entries)
        return copied(self._drawn[name])

    def switch(self, switch: str) -> bool:
        """Tell whether an unconfirmed behaviour is on.

        Raises:
            Refusal: ``pack.unknown-switch``.
        """
        if switch not in self._switches:
            raise tables.refusal("pack.unknown-switch", manifest_of.FILE, word=switch)
        return self._switches[switch]


def _switched(manifest: Manifest, switches: Mapping[str, bool]) -> dict[str, bool]:
    known = {switch.id: switch.default for switch in manifest.switches}
    for name in switches:
        if name not in known:
            raise tables.refusal("pack.unknown-switch", manifest_of.FILE, word=name)
    return {**known, **switches}


def _alone(child: Element) -> Element:
    """Make one of several results a document of its own, without the wrapper's namespace."""
    twin = copied(child)
    etree.cleanup_namespaces(twin, keep_ns_prefixes=["xs", "xsi"])
    return twin


def compile_pack(
    files: Mapping[str, bytes],
    switches: Mapping[str, bool],
    fields: FieldSources | None = None,
) -> Pack:
    """Compile one folder, given as bytes by path relative to the folder.

    ``fields`` says where fields of its messages come from, beside the pack's own ``fields.toml``.

    Raises:
        Refusal: ``pack.*``, naming the file and what is wrong with it.
    """
    if manifest_of.FILE not in files:
        raise tables.refusal("pack.missing-file", manifest_of.FILE)
    manifest = manifest_of.read_manifest(files[manifest_of.FILE])
    try:
        ZoneInfo(manifest.zone)
    except (KeyError, ValueError, OSError):
        allowed = "Asia/Shanghai, UTC, …"
        raise tables.refusal(
            "pack.unknown-word",
            manifest_of.FILE,
            key="zone",
            word=manifest.zone,
            allowed=allowed,
        ) from None
    return Pack(files, manifest, switches, fields or {})
