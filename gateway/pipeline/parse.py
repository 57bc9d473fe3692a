"""Step 1: bytes to a closed tree of ours (design decision 6)."""

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.markup import safe, tree
from gateway.pipeline.stages import Parsed


def parse_declaration(raw: bytes, limits: safe.Limits) -> Parsed:
    """Parse the enterprise declaration.

    Raises:
        Refusal: ``xml.*`` when it is not one-shape XML, ``declaration.unknown-root`` otherwise.
    """
    root = safe.parse(raw, limits)
    if (tree.namespace(root), tree.name(root)) != (tree.DECLARATION, "Declaration"):
        raise Refusal(
            Finding(
                code="declaration.unknown-root",
                severity=Severity.FATAL,
                pointer=f"/{tree.name(root)}",
                value=f"{{{tree.namespace(root)}}}{tree.name(root)}",
            )
        )
    return Parsed(raw, root)
