"""Fetch the answers of links that do not post them, and take each in exactly once.

An answer's id is taken from its bytes, so a program that dies between taking it in and putting it
away finds it again and knows it. What cannot be taken in is put away with its findings; it stands
in the log with its bytes and waits for a person. One that we do not get whole, or stumble over by a
mistake of our own, stays where it lies, and the log says so once.
"""

import logging
from dataclasses import dataclass

from gateway import register
from gateway.domain.delivery import Link
from gateway.domain.errors import (
    Busy,
    Elsewhere,
    InConflict,
    NotAuthentic,
    NotFound,
    Refused,
    Unavailable,
)
from gateway.domain.finding import Finding
from gateway.domain.parcel import Collected
from gateway.ports import Collector, Ports

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What one visit to a link brought; ``findings`` tell why it was not possible, or not all."""

    taken: int = 0
    refused: int = 0
    findings: tuple[Finding, ...] = ()


def collectable(ports: Ports) -> tuple[str, ...]:
    """Return the links at which answers must be fetched, those on pause left out."""
    return tuple(
        link.id for link in ports.store.links() if link.kind in ports.collectors and not link.paused
    )


def collect(ports: Ports, link_id: str) -> Collection:
    """Visit one link and take in what lies ready.

    Any number of programs may do so at once; each answer has its effect once.
    """
    link = ports.store.link(link_id)
    collector = ports.collectors.get(link.kind) if link else None
    if link is None or collector is None or link.paused:
        return Collection()
    taken, refused, told = 0, 0, register.Told(ports, link)
    left: dict[Finding, None] = {}
    try:
        for collected in collector.collect(link):
            try:
                findings = _find(ports, link, collector, collected, told)
            except Elsewhere as others:  # it stays for them; what lies behind it may be ours
                left |= dict.fromkeys(others.findings)
                continue
            if findings is not None:
                taken += not findings
                refused += bool(findings)
    except Unavailable as trouble:
        return Collection(taken=taken, refused=refused, findings=trouble.findings)
    return Collection(taken=taken, refused=refused, findings=tuple(left))


def _find(
    ports: Ports, link: Link, collector: Collector, collected: Collected, told: register.Told
) -> tuple[Finding, ...] | None:
    """Take one find in and put it away; return what is wrong with it, or None where it stays.

    What nobody foresaw in it is logged, told once and left where it is: the visit goes on, unless
    not even that can be told.
    """
    name = collected.told_name
    try:
        if collected.stays:
            for finding in collected.findings:
                told.once(name, finding)
            return None
        findings = _take_in(ports, link, collected)
        if findings is not None:
            _put_away(ports, link, collector, collected, findings)
    except Unavailable:
        raise
    except Exception as mistake:
        _logger.exception("what lies at link %s as %s stays there", link.id, name)
        args = (("reason", type(mistake).__name__),)
        finding = Finding(code="answer.unforeseen", value=name, args=args)
        told.once(name, finding, collected.answers)
        return None
    return findings


def _take_in(ports: Ports, link: Link, collected: Collected) -> tuple[Finding, ...] | None:
    """Take every answer of one find in; return what is wrong, or None to try again later."""
    findings = list(collected.findings)
    for content, media_type in collected.answers:
        try:
            incoming = register.collected(ports, link, content, media_type, ports.clock.now())
            register.take_in(ports, incoming)
        except (InConflict, Busy):
            return None
        except (Refused, NotFound, NotAuthentic) as error:
            findings += error.findings
    return tuple(findings)


def _put_away(
    ports: Ports,
    link: Link,
    collector: Collector,
    collected: Collected,
    findings: tuple[Finding, ...],
) -> None:
    if findings:
        register.log_refusal(ports, link, collected.told_name, findings, collected.answers)
    collector.settle(link, collected, findings)
