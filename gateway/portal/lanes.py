"""Lane pages for a tablet: type or scan what was read, see go, stop or refer, decide otherwise."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from gateway import access, gatehouse, register
from gateway.access import Scope
from gateway.domain.errors import NotAuthentic, NotFound, Refused
from gateway.domain.finding import Finding
from gateway.domain.lane import Lane, Signal
from gateway.domain.passage import Passage
from gateway.domain.records import Principal
from gateway.portal.desk import Member, Visit, own_form, same_origin
from gateway.usecases.lane import looked_again, pass_lane
from gateway.usecases.lane_override import override
from gateway.usecases.lane_snapshot import passages

router = APIRouter(prefix="/lanes")

RECENT_MAX = 10
FIELDS = (
    ("plates", "text"),
    ("containers", "text"),
    ("seals", "text"),
    ("weight", "decimal"),
    ("temperature", "text"),
    ("reference", "text"),
)

_LOOKS = {
    Signal.GO: ("done", "▲"),
    Signal.STOP: ("trouble", "■"),
    Signal.REFER: ("unsure", "◆"),
}


def _officer(visit: Visit) -> Principal:
    if visit.session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))
    return access.allowed(visit.session.principal, Scope.LANE)


@router.get("")
def lanes(visit: Member) -> Response:
    """List the lanes of this officer."""
    officer = _officer(visit)
    link = visit.ports.store.link(officer.link) if officer.link else None
    offices = register.all_offices(visit.ports)
    rows = [
        (one.id, one.office, offices[one.office].name(visit.words.language), _role(visit, one))
        for one in visit.ports.store.lanes(officer.tenant)
        if (link is None or one.office in link.offices) and one.office in offices
    ]
    return visit.page("lanes.html", rows=rows)


def _role(visit: Visit, lane: Lane) -> str:
    return visit.words.named("role", lane.role.value)


@router.get("/{lane}")
def lane_page(visit: Member, lane: str) -> Response:
    """Show the form of one lane."""
    return _page(visit, register.lane_of(visit.ports, _officer(visit), lane))


@router.post("/{lane}", dependencies=[Depends(same_origin)])
async def ask(request: Request, visit: Member, lane: str) -> Response:
    """Take a reading in and lead to its answer, so that a reload asks nothing anew."""
    form = await request.form(max_files=0, max_fields=20)
    own_form(visit, form.get("token"))
    told = {name: str(form.get(name, ""))[:500] for name, _ in FIELDS}
    return await run_in_threadpool(_asked, visit, lane, told)


def _asked(visit: Visit, name: str, told: dict[str, str]) -> Response:
    officer = _officer(visit)
    lane = register.lane_of(visit.ports, officer, name)
    now = visit.ports.clock.now()
    spelled: dict[str, Any] = {
        "id": visit.ports.ids.new("tab"),
        "at": now,
        "direction": lane.direction.value if lane.direction else "",
        "plates": _listed(told["plates"]),
        "containers": _listed(told["containers"]),
        "seals": _listed(told["seals"]),
        "weight_kg": told["weight"].strip().replace(",", "."),
        "temperature_c": told["temperature"].strip().replace(",", "."),
        "reference": told["reference"].strip(),
    }
    try:
        done = pass_lane(visit.ports, officer, name, gatehouse.reading_of(spelled))
    except Refused as refused:
        return _page(visit, lane, told=told, findings=refused.findings, status=422)
    return RedirectResponse(_address(visit, done.passage), status_code=303)


def _listed(text: str) -> list[str]:
    parts = text.replace("，", ",").replace("、", ",").replace(";", ",").split(",")  # noqa: RUF001 - as typed in Chinese
    return [one.strip() for one in parts if one.strip()]


def _address(visit: Visit, passage: Passage) -> str:
    return f"{visit.desk.path}/lanes/{passage.lane}/passages/{passage.id.partition('/')[2]}"


@router.get("/{lane}/passages/{passage}")
def passage_page(visit: Member, lane: str, passage: str) -> Response:
    """Show what was said to one passage."""
    known = register.lane_of(visit.ports, _officer(visit), lane)
    found = visit.ports.store.passage(register.passage_key(known, passage))
    if found is None:
        raise NotFound(Finding(code="lane.no-passage", value=passage))
    said = _said(visit, found)
    if found.stands is Signal.REFER and not found.confirmed_by:
        again = looked_again(visit.ports, known, found)
        shape = (
            gatehouse.decision_shape(again, visit.ports.packs.catalogue(), "en") if again else {}
        )
        said["candidates"] = shape.get("candidates", [])
    return _page(visit, known, said=said)


@router.post("/{lane}/passages/{passage}/override", dependencies=[Depends(same_origin)])
async def decide_otherwise(
    visit: Member,
    lane: str,
    passage: str,
    token: Annotated[str, Form()] = "",
    says: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Ask for another word, or confirm what somebody else asked for."""
    own_form(visit, token)
    return await run_in_threadpool(_overridden, visit, (lane, passage), says, reason)


def _overridden(visit: Visit, where: tuple[str, str], says: str, reason: str) -> Response:
    lane, passage = where
    officer = _officer(visit)
    if says not in set(Signal):
        raise Refused(Finding(code="lane.nothing-to-override", value=says))
    done = override(visit.ports, officer, lane, passage, (Signal(says), reason))
    return RedirectResponse(_address(visit, done), status_code=303)


# ------------------------------------------------------------------ what is shown


def _page(visit: Visit, lane: Lane, *, status: int = 200, **places: Any) -> Response:  # noqa: ANN401 - places of a template
    office = register.all_offices(visit.ports).get(lane.office)
    texts = visit.ports.packs.catalogue()
    findings = [texts.text(one, visit.words.language) for one in places.pop("findings", ())]
    found = passages(visit.ports, _officer(visit), lane.id, RECENT_MAX)
    shown = {"said": None, "told": {}, **places}
    return visit.page(
        "lane.html",
        status=status,
        lane=lane.id,
        where=office.name(visit.words.language) if office else lane.office,
        fields=FIELDS,
        findings=findings,
        recent=[_line(visit, one) for one in found],
        **shown,
    )


def _local(visit: Visit, lane: str, at: datetime) -> str:
    """Say a time as clocks at the lane show it."""
    known = visit.ports.store.lane(lane)
    office = register.all_offices(visit.ports).get(known.office) if known else None
    zone = office.zone if office else "UTC"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone.rpartition('/')[2]}"


def _line(visit: Visit, passage: Passage) -> dict[str, str]:
    tone, sign = _LOOKS[passage.stands]
    shape = gatehouse.passage_shape(passage, visit.ports.packs.catalogue(), visit.words.language)
    return {
        "passage": shape["passage"],
        "at": _local(visit, passage.lane, passage.at),
        "tone": tone,
        "sign": sign,
        "word": visit.words(f"lane.{passage.stands.value}"),
        "message": shape["reason"]["message"],
    }


def _said(visit: Visit, passage: Passage) -> dict[str, Any]:
    shape = gatehouse.passage_shape(passage, visit.ports.packs.catalogue(), visit.words.language)
    minutes, seconds = divmod(shape["age_seconds"], 60)
    words, asked = visit.words, passage.override
    return {
        **_line(visit, passage),
        "means": words(f"lane.{passage.stands.value}-means"),
        "fix": shape["reason"]["fix"],
        "value": passage.value,
        "facts": words(
            "lane.facts",
            at=_local(visit, passage.lane, passage.facts_at),
            minutes=minutes,
            seconds=seconds,
        ),
        "confidence": passage.confidence,
        "movements": passage.movements,
        "candidates": [],
        "offline": words("lane.offline", word=words(f"lane.{passage.acted}"))
        if passage.acted
        else "",
        "override": _told_override(visit, passage),
        "may_override": not passage.confirmed_by,
        "asked": asked.says.value if asked and not asked.confirmed_by else "",
        "others": [one.value for one in Signal if one is not passage.stands],
    }


def _told_override(visit: Visit, passage: Passage) -> str:
    found = passage.override
    if found is None:
        return ""
    if found.confirmed_by:
        return visit.words("lane.override-confirmed", reason=found.reason)
    word = visit.words(f"lane.{found.says.value}")
    return visit.words("lane.override-asked", word=word, reason=found.reason)
