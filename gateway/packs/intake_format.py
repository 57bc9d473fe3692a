"""Foreign declaration formats and their mapping to ours: ``schemas/intake/<id>``, compiled.

``intake.toml`` names the root element that recognises the format, the stylesheet to our declaration
and, where a round trip is offered, the one back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Status
from gateway.markup import safe
from gateway.markup.tree import Element, serialise
from gateway.packs import tables
from gateway.packs.digests import below, digest_of, folders

FILE = "intake.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSpec:
    """``intake.toml``. ``root`` is ``{namespace}Name``; files are relative to the folder.

    ``losses`` says what does not come back the same; ``placeholders`` what a template's names in
    double braces are filled with before conversion.
    """

    id: str
    root: str
    convert: str
    unconvert: str = ""
    schema: str = ""
    title: str = ""
    version: str = ""
    aligned_to: str = ""
    source: str = ""
    status: Status = Status.UNVERIFIED
    losses: tuple[str, ...] = ()
    placeholders: tables.PAIRS = ()


@dataclass(frozen=True, slots=True)
class IntakeFormat:
    """One compiled mapping. For one thread at a time."""

    spec: IntakeSpec
    digest: str
    to_ours: safe.Stylesheet
    from_ours: safe.Stylesheet | None
    schema: safe.Schema | None

    @property
    def id(self) -> str:
        """The name of the format."""
        return self.spec.id

    @property
    def root(self) -> str:
        """The root element by which the format is recognised."""
        return self.spec.root

    def check(self, tree: Element) -> tuple[Finding, ...]:
        """Return what the format's own schema says, where there is one."""
        return self.schema.check(tree) if self.schema is not None else ()

    def convert(self, tree: Element) -> bytes:
        """Return our declaration made from a foreign document.

        Raises:
            Refusal: ``stylesheet.*``.
        """
        return serialise(self.to_ours.apply(tree))

    def unconvert(self, tree: Element) -> bytes:
        """Return the foreign document made from our declaration.

        Raises:
            Refusal: ``intake.one-way``, ``stylesheet.*``.
        """
        if self.from_ours is None:
            raise Refusal(Finding(code="intake.one-way", value=self.id))
        return serialise(self.from_ours.apply(tree))


def compile_intakes(files: Mapping[str, bytes]) -> tuple[IntakeFormat, ...]:
    """Compile every folder below ``schemas/intake``.

    Raises:
        Refusal: ``pack.*``.
    """
    formats = []
    for name in folders(files, ""):
        with tables.within(name):
            formats.append(_compiled(below(files, f"{name}/")))
    return tuple(formats)


def _compiled(files: Mapping[str, bytes]) -> IntakeFormat:
    if FILE not in files:
        raise tables.refusal("pack.missing-file", FILE)
    spec = tables.read(IntakeSpec, tables.load(files[FILE], FILE), FILE)
    return IntakeFormat(
        spec,
        digest_of(files),
        safe.compile_stylesheet(files, spec.convert),
        safe.compile_stylesheet(files, spec.unconvert) if spec.unconvert else None,
        safe.compile_schema(files, spec.schema) if spec.schema else None,
    )
