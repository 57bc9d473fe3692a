"""The enterprise declaration: ``schemas/declaration/v1``, compiled."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.domain.finding import Catalogue, Finding
from gateway.markup import safe
from gateway.markup.tree import XMLDSIG, Element, elements, without
from gateway.packs.codelists import read_codelists
from gateway.packs.digests import digest_of
from gateway.packs.rules import Rules, compile_rules
from gateway.packs.twin import Twin, read_twin

SCHEMA_FILE = "declaration.xsd"
RULES_FILE = "rules.sch"
SOURCE = "declaration@1"


@dataclass(frozen=True, slots=True)
class DeclarationFormat:
    """XSD and rules of our own declaration. For one thread at a time."""

    digest: str
    schema: safe.Schema
    rules: Rules
    twin: Twin

    @property
    def catalogue(self) -> Catalogue:
        """Texts of its rules."""
        return Catalogue(self.rules.texts)

    def check(self, tree: Element) -> tuple[Finding, ...]:
        """Return what is wrong with a declaration, signed or not.

        Rules run also when the schema has refused: a sender wants to hear everything at once.
        """
        unsigned = without(tree, XMLDSIG, "Signature") if elements(tree, "ds:Signature") else tree
        found = tuple(replace(one, source=SOURCE) for one in self.schema.check(unsigned))
        return found + self.rules.check(unsigned, SOURCE)


def compile_declaration(files: Mapping[str, bytes]) -> DeclarationFormat:
    """Compile the format, given as bytes by path relative to its folder.

    Raises:
        Refusal: ``pack.*``.
    """
    lists = read_codelists(files, "codelists/")
    return DeclarationFormat(
        digest_of(files),
        safe.compile_schema(files, SCHEMA_FILE),
        compile_rules(files, RULES_FILE, lists),
        read_twin(files, SCHEMA_FILE),
    )
