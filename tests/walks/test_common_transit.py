"""Common transit under way: crossings, incidents, invalidation, diversion, amendment, refusals.

Every movement is our own CC015C on one of three ways; what an office says that nobody asked for is
written here as that office would write it.
"""

from dataclasses import dataclass
from hashlib import sha256

import pytest

from gateway.audit.exchange import AnswerHeader, make_answer
from gateway.domain.errors import NotFound, Refused
from gateway.domain.message import MessageState
from gateway.markup import safe
from gateway.pipeline.convert import fill_placeholders
from gateway.usecases.amend import Amendment, Reason, amend
from gateway.usecases.audit import verify_log
from gateway.usecases.receive import receive
from gateway.usecases.timeline import describe_movement
from tests.packs.prepared_ctc import OWN
from tests.world import TENANT, World

LONDON, DOVER, BELFAST, ULSTER = "GB000246", "GB000060", "XI000142", "XI000081"
TRANSIT = (
    "<CustomsOfficeOfTransitDeclared><sequenceNumber>{}</sequenceNumber><referenceNumber>{}"
    "</referenceNumber><arrivalDateAndTimeEstimated>{{{{arrivalTime}}}}"
    "</arrivalDateAndTimeEstimated></CustomsOfficeOfTransitDeclared>"
)
HOLDER = "<HolderOfTheTransitProcedure>"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture
def world(town):
    """The one world, some minutes later, in which nobody withholds an answer."""
    town.town.held.clear()
    town.town.answers.clear()
    town.clock.forward(minutes=7)
    return town


# ------------------------------------------------------------------ ways


def plain(transits=(), *, departure=LONDON, destination=ULSTER, ucr=""):
    """Our plain declaration over other offices; the UCR is what steers the simulated ones."""
    text = (OWN / "plain.xml").read_text("utf-8")
    before, _, rest = text.partition("  <CustomsOfficeOfTransitDeclared>")
    _, _, after = rest.partition("</CustomsOfficeOfTransitDeclared>\n")
    declared = "".join(TRANSIT.format(at, code) for at, code in enumerate(transits, start=1))
    text = before + declared + after
    text = text.replace(LONDON, "DEPARTURE").replace(ULSTER, "DESTINATION")
    text = text.replace("DEPARTURE", departure).replace("DESTINATION", destination)
    text = text.replace("NTA.GB", f"NTA.{departure[:2]}")
    mass = "<grossMass>620.500</grossMass>"
    named = f"{mass}<referenceNumberUCR>{ucr}</referenceNumberUCR>" if ucr else mass
    return text.replace(mass, named).encode()


def two_frontiers(ucr=""):
    """Great Britain, two offices of transit of two administrations, Northern Ireland."""
    return plain((DOVER, BELFAST), ucr=ucr)


@dataclass
class Journey:
    """One movement in a world, released or held before its release."""

    world: World
    reference: str

    @property
    def mrn(self):
        return self.world.store.numbers(self.reference)[0].number

    def sent(self, *types):
        """Return (type, office) of what was sent of these types, in the order it was owed."""
        messages = self.world.store.messages(self.reference)
        going = [one for one in messages if one.type in types]
        assert {one.state for one in going} <= {MessageState.ACKNOWLEDGED}
        return [(one.type, one.office) for one in going]

    def content(self, kind, office):
        """Return the last message of a type to an office."""
        messages = self.world.store.messages(self.reference)
        found = [one for one in messages if (one.type, one.office) == (kind, office)]
        return safe.parse(self.world.store.body(found[-1].unsigned).content)

    def say(self, office, kind, body, *, link="", mrn="", name="N1"):
        """Post a message that an office writes by itself, over its own link."""
        content = (
            f'<n:{kind} xmlns:n="http://ncts.dgtaxud.ec" PhaseID="NCTS5.1">'
            f"<messageSender>NTA.{office[:2]}</messageSender>"
            f"<messageRecipient>FULLROUTE</messageRecipient>"
            f"<preparationDateAndTime>2026-11-25T10:00:00</preparationDateAndTime>"
            f"<messageIdentification>{name}</messageIdentification>"
            f"<messageType>{kind}</messageType>"
            f"<TransitOperation><MRN>{mrn or self.mrn}</MRN>{body}</n:{kind}>"
        ).encode()
        link = link or f"lnk_{office.lower()}"
        header = make_answer(
            AnswerHeader(
                id=f"ans_{sha256(content).hexdigest()[:32]}",
                link=link,
                office="",
                digest=sha256(content).hexdigest(),
                media_type="application/xml",
                issued=self.world.clock.now(),
            )
        )
        paper = self.world.town.systems[link].sealed(header)
        caller = self.world.store.principal(link)
        receive(self.world.ports, caller, link, paper.content, paper.seal, content)
        self.world.run()

    def crossed(self, office):
        """An office of transit reports the crossing of its frontier."""
        self.say(
            office,
            "CD118C",
            "<passageDate>2026-11-25</passageDate></TransitOperation>"
            f"<CustomsOfficeOfTransitActual><referenceNumber>{office}</referenceNumber>"
            "</CustomsOfficeOfTransitActual>",
        )

    def befell(self, office, code="1", more="", name="N1"):
        """An office registers an incident."""
        self.say(
            office,
            "CD180C",
            "</TransitOperation><CustomsOfficeOfIncidentRegistration>"
            f"<referenceNumber>{office}</referenceNumber></CustomsOfficeOfIncidentRegistration>"
            f"<Consignment><Incident><sequenceNumber>1</sequenceNumber><code>{code}</code>"
            f"<text>Road closed</text><Location><country>GB</country></Location>{more}"
            "</Incident></Consignment>",
            name=name,
        )

    def ask(self, office, *, link="", mrn="", name="ASK-7"):
        """An office that has no record asks for it."""
        self.say(
            office,
            "CD002C",
            "</TransitOperation><CustomsOfficeOfDestinationActual>"
            f"<referenceNumber>{office}</referenceNumber></CustomsOfficeOfDestinationActual>",
            link=link,
            mrn=mrn,
            name=name,
        )


def journey(world, template, *, held=False):
    """Submit a declaration and let everybody answer, or nobody yet."""
    if held:
        world.town.held.add("CC015C")
    raw = fill_placeholders(template, world.clock.now())
    reference = world.submit(raw, sha256(raw).hexdigest()).movement
    world.run()
    return Journey(world, reference)


# ------------------------------------------------------------------ crossings

NEWS = ("CD118C", "CD168C", "CD006C", "CD018C", "CD024C")


def test_every_crossing_is_told_to_the_departure(world):
    goods = journey(world, two_frontiers())
    assert goods.sent("CD050C", "CD001C") == [("CD050C", DOVER), ("CD001C", ULSTER)]
    assert goods.sent("CD118C") == [("CD118C", LONDON), ("CD118C", LONDON)]
    assert goods.content("CD118C", LONDON).findtext("CustomsOfficeOfTransitActual/*") == BELFAST
    assert goods.sent("CD006C", "CD018C", "CD024C") == [("CD006C", LONDON), ("CD018C", LONDON)]
    assert world.store.movement(goods.reference).state == "completed"
    assert verify_log(world.ports).findings == ()


def test_a_crossing_told_twice_is_told_on_once(world):
    goods = journey(world, two_frontiers("SILENT"))
    goods.crossed(DOVER)
    goods.say(
        DOVER,
        "CD118C",
        "<passageDate>2026-11-25</passageDate></TransitOperation>"
        f"<CustomsOfficeOfTransitActual><referenceNumber>{DOVER}</referenceNumber>"
        "</CustomsOfficeOfTransitActual>",
        name="N2",
    )
    assert goods.sent("CD118C") == [("CD118C", LONDON)]


def test_the_leaving_of_the_security_area_is_told_to_the_departure(world):
    goods = journey(world, (OWN / "rich.xml").read_bytes())
    assert goods.sent("CD160C", "CD168C") == [("CD160C", BELFAST), ("CD168C", ULSTER)]
    (office,) = goods.content("CD168C", ULSTER).findall("CustomsOfficeOfExitForTransitActual/*")
    assert office.text == BELFAST


def test_nobody_speaks_for_an_office_of_another_administration(world):
    goods = journey(world, two_frontiers("SILENT"))
    with pytest.raises(Refused) as refused:
        goods.ask(BELFAST, link="lnk_gb000060")
    assert [one.code for one in refused.value.findings] == ["answer.other-link"]


INVALIDATED = "</TransitOperation><Invalidation><decision>1</decision></Invalidation>"
RELEASED = "</TransitOperation>"
SATISFIED = (
    f"</TransitOperation><CustomsOfficeOfDestinationActual><referenceNumber>{BELFAST}"
    "</referenceNumber></CustomsOfficeOfDestinationActual><ControlResult><code>A1</code>"
    "</ControlResult>"
)
NOT_THEIRS = {
    "a transit office invalidates": (two_frontiers, BELFAST, "CC009C", INVALIDATED),
    "the destination releases nothing": (two_frontiers, ULSTER, "CC051C", RELEASED),
    "a transit office refuses to invalidate": (two_frontiers, BELFAST, "CC009C", RELEASED),
    "who was never asked ends it": (
        lambda ucr: plain((DOVER,), destination=DOVER, ucr=ucr),
        BELFAST,
        "CD018C",
        SATISFIED,
    ),
}


@pytest.mark.parametrize("name", NOT_THEIRS)
def test_who_knows_the_number_decides_for_no_other_administration(world, name):
    template, office, kind, body = NOT_THEIRS[name]
    goods = journey(world, template(f"SILENT {name}"))
    stood = world.procedures(goods.reference), world.store.movement(goods.reference).state
    with pytest.raises(Refused) as refused:
        goods.say(office, kind, body)
    assert [one.code for one in refused.value.findings] == ["answer.not-theirs"]
    after = world.procedures(goods.reference), world.store.movement(goods.reference).state
    assert after == stood


def test_a_number_of_other_goods_is_refused_and_not_waited_for(world):
    other = journey(world, two_frontiers("SILENT other"))
    goods = journey(world, two_frontiers("SILENT these"), held=True)
    messages = world.store.messages(goods.reference)
    (asked,) = [one for one in messages if one.type == "CC015C"]
    quoted = f"<correlationIdentifier>{asked.id.removeprefix('msg_')}</correlationIdentifier>"
    with pytest.raises(Refused) as refused:
        goods.say(LONDON, "CC028C", f"</TransitOperation>{quoted}", mrn=other.mrn)
    assert [one.code for one in refused.value.findings] == ["answer.number-elsewhere"]
    assert world.store.numbers(goods.reference) == ()


# ------------------------------------------------------------------ incidents: G0170 and G0171

AHEAD = {
    "nothing is passed yet: the others hear": ((), DOVER, [BELFAST]),
    "the first frontier is passed": ((DOVER,), BELFAST, [ULSTER]),
    "both are passed": ((DOVER, BELFAST), DOVER, [ULSTER]),
}
"""Offices that reported crossing, the one that registers the incident, and who is told of it."""


@pytest.mark.parametrize("name", AHEAD)
def test_an_incident_is_forwarded_to_offices_still_ahead_only(world, name):
    passed, registering, told = AHEAD[name]
    goods = journey(world, two_frontiers("SILENT"))
    for office in passed:
        goods.crossed(office)
    goods.befell(registering)
    assert goods.sent("CD180C") == [("CD180C", LONDON)]
    assert goods.sent("CD181C") == [("CD181C", office) for office in told]
    place = "CustomsOfficeOfIncidentRegistration/referenceNumber"
    assert goods.content("CD181C", told[0]).findtext(place) == registering


def test_what_the_enterprise_reports_goes_to_every_administration_ahead_once(world):
    goods = journey(world, two_frontiers("SILENT"))
    world.report(goods.reference, "departed", LONDON)
    facts = {"code": "3", "text": "Engine failure", "country": "GB", "plates": "GB:AB12CDE"}
    world.report(goods.reference, "incident", LONDON, **facts)
    world.run()
    assert goods.sent("CD181C") == [("CD181C", DOVER), ("CD181C", BELFAST)]
    means = goods.content("CD181C", DOVER).find("Consignment/Incident/Transhipment/TransportMeans")
    assert [one.text for one in means] == ["30", "AB12CDE", "GB"]


def test_an_incident_that_says_less_than_its_code_asks_is_refused(world):
    goods = journey(world, two_frontiers("SILENT"))
    world.report(goods.reference, "departed", LONDON)
    facts = {"code": "2", "text": "Seals broken", "country": "GB"}
    with pytest.raises(Refused) as refused:
        world.report(goods.reference, "incident", LONDON, **facts)
    assert "ctc.c0240-equipment" in [one.code for one in refused.value.findings]
    assert goods.sent("CD180C") == []


def test_the_holder_is_told_what_the_departure_was(world):
    """A simulated office of transit breaks the seals; the departure tells the holder (IE182)."""
    goods = journey(world, two_frontiers("INCIDENT"))
    kinds = {one.type: one.kind for one in world.store.answers(goods.reference)}
    assert kinds["CC182C"] == "incident"
    seals = goods.content("CD181C", BELFAST).findall("Consignment/Incident//Seal/identifier")
    assert [one.text for one in seals] == ["NEW SEAL 1", "NEW-SEAL-2"]
    assert world.store.movement(goods.reference).state == "completed"


# ------------------------------------------------------------------ invalidation

TOLD = {
    "two frontiers": (two_frontiers("SILENT"), LONDON, [DOVER, BELFAST]),
    "one office of each kind": (
        (OWN / "rich.xml").read_bytes().replace(b"UCR-2026/0001 TOP", b"SILENT"),
        ULSTER,
        [DOVER, BELFAST],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_who_was_told_of_the_goods_is_told_of_the_invalidation(world, name):
    template, departure, told = TOLD[name]
    goods = journey(world, template)
    world.report(goods.reference, "invalidation-asked", departure, reason="buyer withdrew")
    world.run()
    assert goods.content("CC014C", departure).findtext("TransitOperation/MRN") == goods.mrn
    assert goods.sent("CD010C") == [("CD010C", office) for office in told]
    assert world.procedures(goods.reference) == {"ctc-transit": "invalidated"}
    assert world.store.movement(goods.reference).state == "invalidated"
    assert verify_log(world.ports).findings == ()


def test_before_the_release_nobody_was_told_and_nobody_is(world):
    goods = journey(world, two_frontiers(), held=True)
    world.report(goods.reference, "invalidation-asked", LONDON, reason="buyer withdrew")
    world.run()
    assert goods.content("CC014C", LONDON).find("TransitOperation/LRN") is not None
    assert goods.sent("CD010C") == []
    assert world.store.movement(goods.reference).state == "invalidated"


REFUSALS = {"too late (code 92)": "REFUSE it", "decided otherwise": "KEEP it"}


@pytest.mark.parametrize("reason", REFUSALS.values(), ids=REFUSALS)
def test_an_invalidation_that_is_refused_changes_nothing(world, reason):
    goods = journey(world, two_frontiers("SILENT"))
    world.report(goods.reference, "invalidation-asked", LONDON, reason=reason)
    world.run()
    assert goods.sent("CD010C") == []
    assert world.procedures(goods.reference) == {"ctc-transit": "released"}
    goods.crossed(DOVER)
    assert goods.sent("CD118C") == [("CD118C", LONDON)]


def test_a_refusal_for_lateness_points_at_the_whole_declaration(world):
    goods = journey(world, two_frontiers("SILENT"))
    world.report(goods.reference, "invalidation-asked", LONDON, reason="REFUSE")
    world.run()
    (finding,) = describe_movement(world.ports, TENANT, goods.reference).findings
    assert (finding.pointer, dict(finding.args)["code"]) == ("/Declaration", "92")


# ------------------------------------------------------------------ diversion


def at_home(ucr="SILENT"):
    """From Belfast to Ulster: no other administration knows of the goods."""
    return plain(departure=BELFAST, destination=ULSTER, ucr=ucr)


def test_an_undeclared_office_of_another_administration_gets_the_record(world):
    goods = journey(world, at_home())
    goods.befell(ULSTER)
    goods.ask(DOVER)
    record = goods.content("CD003C", DOVER)
    assert record.findtext("correlationIdentifier") == "ASK-7"
    assert record.findtext("TransitOperation/MRN") == goods.mrn
    assert record.findtext("Consignment/Incident/text") == "Road closed"
    assert goods.content("CD006C", BELFAST).findtext("CustomsOfficeOfDestinationActual/*") == DOVER
    assert goods.sent("CD024C") == [("CD024C", ULSTER)]
    assert world.store.movement(goods.reference).state == "completed"
    shown = describe_movement(world.ports, TENANT, goods.reference).itinerary.stops
    assert [stop.office.code for stop in shown] == [BELFAST, ULSTER, DOVER]
    assert verify_log(world.ports).findings == ()


def test_an_office_that_was_to_be_passed_only_can_become_the_destination(world):
    goods = journey(world, two_frontiers("SILENT"))
    goods.ask(BELFAST)
    assert goods.content("CD003C", BELFAST).find("Consignment") is not None
    assert goods.content("CD006C", LONDON).findtext("CustomsOfficeOfDestinationActual/*") == BELFAST


def test_who_asked_is_told_of_the_invalidation_too(world):
    world.town.held.add("CD003C")
    goods = journey(world, at_home())
    goods.ask(DOVER)
    world.report(goods.reference, "invalidation-asked", BELFAST, reason="buyer withdrew")
    world.run()
    assert goods.sent("CD010C") == [("CD010C", ULSTER), ("CD010C", DOVER)]


def test_a_late_question_gets_a_reason_and_nothing_else(world):
    goods = journey(world, at_home(""))
    assert world.store.movement(goods.reference).state == "completed"
    goods.ask(DOVER)
    answer = goods.content("CD003C", DOVER)
    told = [one.tag for one in answer if not one.tag.startswith(("message", "preparation"))]
    assert told == ["correlationIdentifier", "TransitOperation", "CustomsOfficeOfDestinationActual"]
    assert answer.find("TransitOperation/requestRejectionReasonCode") is not None


def test_a_wrong_number_is_refused_by_name(world):
    goods = journey(world, at_home())
    with pytest.raises(NotFound) as refused:
        goods.ask(DOVER, mrn="26XI000000000000J1")
    (finding,) = refused.value.findings
    assert (finding.code, finding.value) == ("answer.no-movement", "26XI000000000000J1")
    assert goods.sent("CD003C") == []


def test_a_simulated_destination_can_lose_the_goods(world):
    goods = journey(world, plain(departure=BELFAST, destination=DOVER, ucr=f"DIVERT {LONDON}"))
    assert goods.sent("CD003C") == [("CD003C", LONDON)]
    assert goods.content("CD006C", BELFAST).findtext("CustomsOfficeOfDestinationActual/*") == LONDON
    assert world.store.movement(goods.reference).state == "completed"


# ------------------------------------------------------------------ amendment, presentation


def amended(world, goods, template):
    raw = fill_placeholders(template, world.clock.now())
    lrn = world.store.movement(goods.reference).lrn
    root = safe.parse_foreign(raw)
    raw = raw.replace(root.findtext("TransitOperation/LRN").encode(), lrn.encode())
    new = Amendment(raw=raw, reason=Reason(text="24 cartons, not 25"))
    amend(world.ports, world.exporter, goods.reference, new, idempotency_key=goods.reference)
    world.run()


def test_the_record_is_that_of_the_amended_declaration(world):
    """G0143: what the offices ahead get at release is the latest version."""
    goods = journey(world, two_frontiers("SILENT"), held=True)
    other = two_frontiers("SILENT").replace(b"Ceramic capacitors", b"Ceramic resistors")
    amended(world, goods, other)
    kinds = [one.kind for one in world.store.answers(goods.reference)]
    assert kinds == ["amended"]
    world.town.held.clear()
    world.run()
    place = "Consignment/HouseConsignment/ConsignmentItem/Commodity/descriptionOfGoods"
    for kind, office in (("CC013C", LONDON), ("CD050C", DOVER), ("CD001C", ULSTER)):
        assert goods.content(kind, office).findtext(place) == "Ceramic resistors", kind
    assert verify_log(world.ports).findings == ()


def test_a_refused_amendment_leaves_the_procedure_as_it_was(world):
    goods = journey(world, two_frontiers("SILENT"), held=True)
    amended(world, goods, two_frontiers("LATE"))
    assert [one.kind for one in world.store.answers(goods.reference)] == ["refused"]
    assert world.procedures(goods.reference) == {"ctc-transit": "lodged"}


def test_pre_lodged_goods_are_released_when_they_are_presented(world):
    early = two_frontiers().replace(b"Type>A<", b"Type>D<")
    goods = journey(world, early)
    assert world.store.movement(goods.reference).state == "pre-lodged"
    world.report(goods.reference, "presented", LONDON)
    world.run()
    assert goods.sent("CC170C") == [("CC170C", LONDON)]
    assert world.store.movement(goods.reference).state == "completed"


# ------------------------------------------------------------------ refusals between offices

UNUSABLE = {
    "by both administrations": ("WRONG", ["TypeCode", "", "/Declaration"], "released"),
    "by one, as XML": ("UNREADABLE", ["GrossMassMeasure"], "closed"),
}
"""What the trader wishes for, where the transit office points, where the procedure ends."""


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_refused_record_points_into_the_declaration(world, name):
    wish, pointers, state = UNUSABLE[name]
    goods = journey(world, two_frontiers(wish))
    found = describe_movement(world.ports, TENANT, goods.reference).findings
    first = [one for one in found if one.offices == (DOVER,)]
    assert [one.pointer.rpartition("/")[2] for one in first] == [
        one.rpartition("/")[2] for one in pointers
    ]
    assert world.procedures(goods.reference) == {"ctc-transit": state}
