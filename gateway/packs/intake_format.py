"""Foreign declaration formats and their mapping to ours: ``schemas/intake/<id>``, compiled.

``intake.toml`` names the root element that recognises the format, the stylesheet to our declaration
and, where a round trip is offered, the one back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from gateway.domain.finding import Finding, Refusal
from gateway.domain.itinerary import Status
from gateway.markup import safe
from gateway.markup.tree import Element, serialise
from gateway.packs import sheet_layout, tables
from gateway.packs.digests import below, digest_of, folders

FILE = "intake.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSpec:
    """Places of a foreign format, as an XPath from its root, and why they do not come back."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSpec:
    """``intake.toml``. ``root`` is ``{namespace}Name``; files are relative to the folder.

    ``wrapped`` formats are also recognised inside other elements. ``losses`` says what does not
    come back the same; ``left_out`` (``[[loss]]``) are the places with no room in ours, told to the
    sender one by one; ``implied`` says again what stands elsewhere. ``placeholders`` is what a
    template's names in double braces are filled with before conversion.
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
    wrapped: bool = False
    losses: tuple[str, ...] = ()
    namespaces: tables.PAIRS = ()
    left_out: tuple[PlaceSpec, ...] = field(default=(), metadata={tables.KEY: "loss"})
    implied: tuple[PlaceSpec, ...] = field(default=(), metadata={tables.KEY: "implied"})
    placeholders: tables.PAIRS = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a document that does not come back: an element, or one attribute of it."""

    element: Element
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class _Places:
    spec: PlaceSpec
    path: etree.XPath

    def of(self, root: Element) -> Iterator[Place]:
        for one in self.path(root):
            if isinstance(one, etree._Element):  # noqa: SLF001 - lxml names its elements so
                yield Place(one)
            elif one.is_attribute:
                yield Place(one.getparent(), str(one.attrname))


@dataclass(frozen=True, slots=True)
class IntakeFormat:
    """One compiled mapping. For one thread at a time."""

    spec: IntakeSpec
    digest: str
    to_ours: safe.Stylesheet
    from_ours: safe.Stylesheet | None
    schema: safe.Schema | None
    _left_out: tuple[_Places, ...] = ()
    _implied: tuple[_Places, ...] = ()

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

    def left_out(self, root: Element) -> Iterator[tuple[PlaceSpec, tuple[Place, ...]]]:
        """Yield what has no room in our declaration, for each kind that occurs."""
        for places in self._left_out:
            if found := tuple(places.of(root)):
                yield places.spec, found

    def implied(self, root: Element) -> Iterator[Place]:
        """Yield what need not come back, because ours says it in another way."""
        for places in self._implied:
            yield from places.of(root)

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
    """Compile every folder below ``schemas/intake``, save those that lay out a workbook.

    Raises:
        Refusal: ``pack.*``.
    """
    formats = []
    for name in folders(files, ""):
        inside = below(files, f"{name}/")
        if sheet_layout.FILE not in inside:
            with tables.within(name):
                formats.append(_compiled(inside))
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
        tuple(_places(one, spec) for one in spec.left_out),
        tuple(_places(one, spec) for one in spec.implied),
    )


def _places(place: PlaceSpec, spec: IntakeSpec) -> _Places:
    try:
        return _Places(place, etree.XPath(place.path, namespaces=dict(spec.namespaces)))
    except etree.XPathError as error:
        raise tables.refusal(
            "pack.xpath-broken", FILE, path=place.path, reason=str(error)
        ) from None
