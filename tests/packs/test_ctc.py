"""The common transit pack: rules with right and wrong messages, records, simulated offices."""

import re
from datetime import UTC, datetime

import pytest

from gateway.adapters.pack_folder import schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.markup import safe
from tests.packs import prepared_ctc
from tests.packs.pack_cases import compiled
from tests.packs.prepared_ctc import TO_DOVER, own, prepared

NCTS = "http://ncts.dgtaxud.ec"


@pytest.fixture(scope="module")
def pack():
    return compiled(prepared_ctc.FOLDER)


def made(pack, message, declared="plain", *edits, **rest):
    (content,) = pack.project(message, prepared(pack, message, own(declared, *edits), **rest))
    return content


def codes(pack, message, content):
    return {finding.code for finding in pack.check(message, content)}


def changed(content, *pairs):
    text = content.decode()
    for old, new in pairs:
        assert len(re.findall(old, text)) >= 1, old
        text = re.sub(old, new, text, count=1)
    return text.encode()


# ------------------------------------------------------------------ rules, right and wrong

SECOND_TRANSIT = (
    "<CustomsOfficeOfTransitDeclared><sequenceNumber>2</sequenceNumber>"
    "<referenceNumber>XI000142</referenceNumber></CustomsOfficeOfTransitDeclared>"
)
GUARANTEE = "<Guarantee><sequenceNumber>1"
WRONG = {
    "transit number": (
        "CC015C",
        "plain",
        ("(TransitDeclared><sequenceNumber>)1", r"\g<1>2"),
        "ctc.r0987-transit-offices",
    ),
    "exit number": (
        "CC015C",
        "rich",
        ("(ExitForTransitDeclared><sequenceNumber>)1", r"\g<1>4"),
        "ctc.r0987-exit-offices",
    ),
    "authorisation number": (
        "CC015C",
        "rich",
        ("(Authorisation><sequenceNumber>)2", r"\g<1>3"),
        "ctc.r0987-authorisations",
    ),
    "guarantee number": (
        "CC015C",
        "plain",
        (GUARANTEE, GUARANTEE[:-1] + "2"),
        "ctc.r0987-guarantees",
    ),
    "house number": (
        "CC015C",
        "plain",
        ("(HouseConsignment><sequenceNumber>)1", r"\g<1>2"),
        "ctc.r0987-houses",
    ),
    "equipment number": (
        "CC015C",
        "rich",
        ("(TransportEquipment><sequenceNumber>)2", r"\g<1>3"),
        "ctc.r0987-equipment",
    ),
    "country number": (
        "CC015C",
        "rich",
        ("(CountryOfRoutingOfConsignment><sequenceNumber>)2", r"\g<1>3"),
        "ctc.r0987-countries",
    ),
    "item number": (
        "CC015C",
        "plain",
        ("<goodsItemNumber>1", "<goodsItemNumber>2"),
        "ctc.r0987-items",
    ),
    "packaging number": (
        "CC015C",
        "plain",
        ("(Packaging><sequenceNumber>)1", r"\g<1>2"),
        "ctc.r0987-packagings",
    ),
    "seal number": (
        "CC015C",
        "rich",
        ("(Seal><sequenceNumber>)2", r"\g<1>3"),
        "ctc.r0987-seals",
    ),
    "seals said but not listed": (
        "CC015C",
        "rich",
        ("<numberOfSeals>0", "<numberOfSeals>1"),
        "ctc.c0569-seals",
    ),
    "seals listed but not said": (
        "CC015C",
        "rich",
        ("<numberOfSeals>2", "<numberOfSeals>0"),
        "ctc.c0569-seals",
    ),
    "one seal too few": (
        "CC015C",
        "rich",
        ("<numberOfSeals>2", "<numberOfSeals>3"),
        "ctc.r0106-seal-number",
    ),
    "transit office twice": (
        "CC015C",
        "plain",
        (
            "(<CustomsOfficeOfTransitDeclared>.*?</CustomsOfficeOfTransitDeclared>)",
            rf"\1{SECOND_TRANSIT}",
        ),
        "ctc.r0003-transit-office-repeated",
    ),
    "exit office is destination": (
        "CC015C",
        "rich",
        ("(ExitForTransitDeclared>.*?)XI000142", r"\g<1>GB000246"),
        "ctc.r0103-exit-office",
    ),
    "kind of declaration": (
        "CC015C",
        "plain",
        ("<declarationType>T1", "<declarationType>T7"),
        "ctc.cl231-declaration-kind",
    ),
    "carnet missing": (
        "CC015C",
        "rich",
        ("<TIRCarnetNumber>.*?</TIRCarnetNumber>", ""),
        "ctc.carnet",
    ),
    "binding itinerary without countries": (
        "CC015C",
        "plain",
        ("<bindingItinerary>0", "<bindingItinerary>1"),
        "ctc.c0586-routing-countries",
    ),
    "security without countries": (
        "CC015C",
        "plain",
        ("<security>0", "<security>2"),
        "ctc.c0586-routing-countries",
    ),
    "exit office without security": (
        "CC015C",
        "rich",
        ("<security>2", "<security>0"),
        "ctc.c0587-exit-office",
    ),
    "exit office with transit inside only": (
        "CC015C",
        "rich",
        ("(TransitDeclared>.*?)GB000060", r"\g<1>XI000081"),
        "ctc.c0587-exit-office",
    ),
    "no estimate inside the area": (
        "CC015C",
        "plain",
        (
            "<security>0(.*?)<arrivalDateAndTimeEstimated>.*?</arrivalDateAndTimeEstimated>",
            r"<security>1\1",
        ),
        "ctc.c0598-arrival-estimate",
    ),
    "recipient of another country": (
        "CC015C",
        "plain",
        ("NTA.GB", "NTA.XI"),
        "ctc.recipient",
    ),
    "check digit of the MRN": (
        "CD001C",
        "plain",
        ("26GB4F7KQ2M9TR3WJ1", "26GB4F7KQ2M9TR3WJ2"),
        "ctc.r0028-mrn",
    ),
    "release before acceptance": (
        "CD001C",
        "plain",
        ("<releaseDate>2026-11-24", "<releaseDate>2026-11-22"),
        "ctc.release-before-acceptance",
    ),
    "carrier told outside the area": (
        "CD001C",
        "rich",
        (
            "<Consignor>",
            "<Carrier><identificationNumber>XI1</identificationNumber></Carrier><Consignor>",
        ),
        "ctc.c0812-withheld",
    ),
    "MRN in news": ("CD006C", "plain", ("TR3WJ1", "TR3WJ2"), "ctc.r0028-mrn"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_rule_is_told_and_nothing_was_wrong_before(pack, name):
    message, declared, pair, code = WRONG[name]
    content = made(pack, message, declared)
    assert codes(pack, message, content) == set()
    assert code in codes(pack, message, changed(content, pair))


def test_every_rule_has_a_wrong_message_here(pack):
    told = {code for language in LANGUAGES for code in pack.catalogue.texts[language]}
    assert {code for *_, code in WRONG.values()} == told


# ------------------------------------------------------------------ schemas are strict

NOT_VALID = {
    "unknown element": ("<security>", "<colour>red</colour><security>"),
    "phase": ('PhaseID="NCTS5.1"', 'PhaseID="NCTS9.9"'),
    "office": ("GB000246", "gb000246"),
    "time with offset": ("(preparationDateAndTime>[0-9T:-]+)<", r"\1Z<"),
    "mass of nothing": ("<grossMass>620.500<", "<grossMass>0<"),
    "currency": ("GBP", "gbp"),
    "amount of three decimals": ("2500.50", "2500.505"),
    "six digits": ("853224", "85322"),
}


@pytest.mark.parametrize("name", NOT_VALID)
def test_schema_refuses(pack, name):
    content = changed(made(pack, "CC015C"), NOT_VALID[name])
    assert any(code.startswith("xsd.") for code in codes(pack, "CC015C", content))


# ------------------------------------------------------------------ need to know

NEVER = [
    "LRN",
    "additionalDeclarationType",
    "Authorisation",
    "Guarantee",
    "Representative",
    "ContactPerson",
    "LocationOfGoods",
    "EconomicOperator",
    "presentationOfTheGoodsDateAndTime",
    "limitDate",
    "communicationLanguageAtDeparture",
]
OUTSIDE = [
    "specificCircumstanceIndicator",
    "CustomsOfficeOfExitForTransitDeclared",
    "Carrier",
    "PlaceOfUnloading",
    "TransportCharges",
]


def names(content):
    return {node.tag for node in safe.parse(content).iter()}


def test_records_leave_out_what_only_the_departure_office_may_see(pack):
    everything = names(made(pack, "CC015C", "rich"))
    assert set(NEVER) <= everything
    assert not set(NEVER) & names(made(pack, "CD001C", "rich"))


def test_outside_the_security_area_more_is_withheld(pack):
    told = names(made(pack, "CD001C", "rich"))
    item = safe.parse(made(pack, "CD001C", "rich"))
    assert not set(OUTSIDE) & told
    assert item.findtext("messageRecipient") == "NTA.GB"


def test_inside_the_security_area_it_is_told(pack):
    there = prepared_ctc.replaced("d:Itinerary/d:Office[d:RoleCode='destination']/d:ID", "XI000081")
    content = made(pack, "CD001C", "rich", there)
    assert set(OUTSIDE) <= names(content)
    assert codes(pack, "CD001C", content) == set()


def test_transit_records_carry_no_carnet(pack):
    content = made(pack, "CD050C", "rich")
    assert "TIRCarnetNumber" not in names(content)
    assert "TIRCarnetNumber" in names(made(pack, "CD001C", "rich"))


def test_a_transit_record_is_valid(pack):
    assert codes(pack, "CD050C", made(pack, "CD050C", "plain", TO_DOVER)) == set()


# ------------------------------------------------------------------ one text, two folders


def test_the_words_of_the_messages_are_kept_alike():
    schemas = schemas_root()
    assert (schemas / "intake/ctc-cc015/body.xsl").read_bytes() == (
        schemas / "packs/ctc/project/body.xsl"
    ).read_bytes()


# ------------------------------------------------------------------ simulated offices

SCENES = {
    "standard": ("CC015C", (), ["CC928C", "CC028C", "CC029C"]),
    "pre-lodged": ("CC015C", (("TypeCode", "A", "D"),), ["CC928C"]),
    "refused on demand": ("CC015C", (("LRN", "FR", "REFUSE"),), ["CC928C", "CC056C"]),
    "controlled on demand": (
        "CC015C",
        (("LRN", "FR", "CONTROL"),),
        ["CC928C", "CC028C", "CC060C"],
    ),
    "destination": ("CD001C", (), ["CD006C", "CD018C"]),
    "transit": ("CD050C", (), []),
    "arrival forwarded": ("CD006C", (), []),
    "result forwarded": ("CD018C", (), []),
}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("declared", ["plain", "rich"])
def test_offices_answer_in_order_and_in_their_own_schema(pack, name, declared):
    message, changes, expected = SCENES[name]
    content = made(pack, message, declared)
    for what, old, new in changes:
        tag = {"LRN": "LRN", "TypeCode": "additionalDeclarationType"}[what]
        content = changed(content, (f"<{tag}>{old}[0-9]{{0,6}}", f"<{tag}>{new}"))
    answers = pack.behaviour.to(message, content)
    assert [one.after_ms for one in answers] == sorted(one.after_ms for one in answers)
    assert [answer(pack, one) for one in answers] == expected


def answer(pack, scripted):
    raw = scripted.render(prepared_ctc.GIVEN)
    told = pack.read_answer(raw)
    kind = safe.parse(raw).tag.removeprefix(f"{{{NCTS}}}")
    assert safe.compile_schema(pack.files, f"xsd/{kind.lower()}.xsd").check(safe.parse(raw)) == ()
    assert told.correlation == prepared_ctc.MESSAGE
    assert told.occurred_at == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    return told.type


def test_an_answer_without_correlation_quotes_nothing(pack):
    (scripted, *_) = pack.behaviour.to("CC015C", made(pack, "CC015C"))
    raw = scripted.render(prepared_ctc.GIVEN)
    quoted = re.sub(rb"<correlationIdentifier>.*?</correlationIdentifier>", b"", raw)
    assert quoted != raw
    assert pack.read_answer(quoted).correlation == ""
