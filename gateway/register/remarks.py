"""What an office found wrong, as the log keeps it with the answer."""

from collections.abc import Mapping

from gateway.domain.finding import Finding

VALUE_MAX = 200  # characters of any word: an entry has room for some, not for all an office writes


def told_finding(finding: Finding) -> dict[str, object]:
    """Spell a finding for the log; :func:`heard_finding` reads it back."""
    words = {name: word[:VALUE_MAX] for name, word in finding.args}
    return {
        "code": finding.code,
        "pointer": finding.pointer[:VALUE_MAX],
        "value": finding.value[:VALUE_MAX],
        "source": finding.source,
        "args": words,
    }


def heard_finding(told: Mapping[str, object]) -> Finding:
    """Read a finding back from the facts of an answer's log entry."""
    words = told.get("args")
    return Finding(
        code=str(told.get("code", "")),
        pointer=str(told.get("pointer", "")),
        value=str(told.get("value", "")),
        source=str(told.get("source", "")),
        args=tuple((str(k), str(v)) for k, v in words.items()) if isinstance(words, dict) else (),
    )
