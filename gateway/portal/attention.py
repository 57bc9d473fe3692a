"""The operator's page: what needs a person, and the one act that is safe."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from gateway import access
from gateway.access import Scope
from gateway.domain.act import Act, ActKind
from gateway.domain.errors import NotAuthentic, Refused
from gateway.domain.finding import Finding
from gateway.domain.records import Principal
from gateway.portal.desk import Member, Visit, own_form, same_origin
from gateway.usecases.attention import attention
from gateway.usecases.operate import perform

router = APIRouter(prefix="/attention")

OFFERED = (ActKind.RETRY, ActKind.SUPERSEDE, ActKind.RESUME, ActKind.DISMISS)
"""Acts that one field can ask for; skipping and cancelling want to be looked at before."""


def _operator(visit: Visit) -> Principal:
    if visit.session is None:
        raise NotAuthentic(Finding(code="access.missing-key"))
    return access.allowed(visit.session.principal, Scope.OPERATE)


@router.get("")
def matters(visit: Member) -> Response:
    """List what needs a person."""
    tenant = _operator(visit).tenant
    texts = visit.ports.packs.catalogue()
    rows = [
        (one, texts.text(one.finding, visit.words.language), f"{one.since:%Y-%m-%d %H:%M} UTC")
        for one in attention(visit.ports, tenant, visit.desk.sluice.closed())
    ]
    return visit.page("attention.html", rows=rows, offered=OFFERED)


@router.post("", dependencies=[Depends(same_origin)])
def act(
    visit: Member,
    token: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    subject: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Do what a row of the list offers, and show the list again."""
    own_form(visit, token)
    caller = _operator(visit)
    if kind not in OFFERED:
        known = (("known", ", ".join(OFFERED)),)
        raise Refused(Finding(code="act.other-subject", value=kind, args=known))
    perform(visit.ports, caller, Act(kind=ActKind(kind), subject=subject, reason=reason))
    return RedirectResponse(f"{visit.desk.path}/attention", status_code=303)
