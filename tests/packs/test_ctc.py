"""The common transit pack: rules with right and wrong messages, records, simulated offices."""

import pytest

from gateway.adapters.pack_folder import FolderPacks, schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.markup import safe, tree
from tests.packs import prepared_ctc
from tests.packs.ctc_cases import IN_THE_AREA
from tests.packs.edits import replaced
from tests.packs.pack_cases import compiled
from tests.packs.prepared_ctc import FOLDER, TO_DOVER, addressed, changed, codes, made, own
from tests.usecases import influence

NCTS = "http://ncts.dgtaxud.ec"


@pytest.fixture(scope="module")
def pack():
    return compiled(prepared_ctc.FOLDER)


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
    "MRN of what is taken back": ("CC014C", "plain", ("TR3WJ1", "TR3WJ2"), "ctc.r0028-mrn"),
    "expected before it is declared": (
        "CC015C",
        "plain",
        ("(arrivalDateAndTimeEstimated>)2026-11-24", r"\g<1>2026-11-23"),
        "ctc.r0004-arrival-estimate",
    ),
    "expected before it is released": (
        "CD001C",
        "plain",
        ("<releaseDate>2026-11-24", "<releaseDate>2026-11-25"),
        "ctc.r0004-arrival-before-release",
    ),
    "both references": (
        "CC013C",
        "plain",
        ("(<TransitOperation>)(<LRN>|<MRN>)", r"\1<LRN>A1</LRN>\2"),
        "ctc.c0467-one-reference",
    ),
    "no reference": ("CC014C", "plain", ("<MRN>.*?</MRN>", ""), "ctc.c0467-one-reference"),
    "an incident of seals without equipment": (
        "CD180C",
        "plain",
        ("<TransportEquipment>.*?</TransportEquipment>", ""),
        "ctc.c0240-equipment",
    ),
    "seals with a road that was closed": (
        "CD181C",
        "plain",
        ("(<Incident>.*?<code>)2", r"\g<1>1"),
        "ctc.c0240-equipment",
    ),
    "an incident of the vehicle without one": (
        "CD180C",
        "plain",
        ("(<Incident>.*?<code>)2", r"\g<1>8"),
        "ctc.c0240-transhipment",
    ),
    "one new seal too few": (
        "CD180C",
        "plain",
        ("<numberOfSeals>3", "<numberOfSeals>4"),
        "ctc.r0106-seal-number",
    ),
    "an answer that quotes nothing": (
        "CD003C",
        "plain",
        ("<correlationIdentifier>.*?</correlationIdentifier>", ""),
        "ctc.c0511-correlation",
    ),
    "a no that tells the goods": (
        "CD003C",
        "plain",
        ("(<MRN>.*?</MRN>)", r"\1<requestRejectionReasonCode>1</requestRejectionReasonCode>"),
        "ctc.c0811-negative-answer",
    ),
    "a yes without the goods": (
        "CD003C",
        "plain",
        ("<Consignment>.*</Consignment>", ""),
        "ctc.c0811-negative-answer",
    ),
    "the carrier told to an asker outside": (
        "CD003C",
        "abroad",
        (
            "<Consignor>",
            "<Carrier><identificationNumber>XI1</identificationNumber></Carrier><Consignor>",
        ),
        "ctc.c0812-withheld",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_rule_is_told_and_nothing_was_wrong_before(pack, name):
    """Each of G, C and R that a single message can break; whom news goes to is no rule of one."""
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
    there = replaced("d:Itinerary/d:Office[d:RoleCode='destination']/d:ID", "XI000081")
    content = made(pack, "CD001C", "rich", there)
    assert set(OUTSIDE) <= names(content)
    assert codes(pack, "CD001C", content) == set()


def test_transit_records_carry_no_carnet(pack):
    content = made(pack, "CD050C", "rich")
    assert "TIRCarnetNumber" not in names(content)
    assert "TIRCarnetNumber" in names(made(pack, "CD001C", "rich"))


def test_a_transit_record_is_valid(pack):
    assert codes(pack, "CD050C", made(pack, "CD050C", "plain", TO_DOVER)) == set()


def test_a_rule_of_the_trade_is_found_by_its_number(pack):
    """Rules by the code of a finding, policies by the source or the clause of a message."""
    rules = " ".join(pack.catalogue.texts["en"])
    policies = " ".join(
        " ".join((spec.source, *(one.clause for one in spec.withheld)))
        for spec in pack.manifest.messages
    )
    for name in RULES:
        assert f"ctc.{name.lower()}-" in rules, name
    for name in POLICIES:
        assert name in policies, name


RULES = (
    *("C0812", "C0511", "C0587", "C0598", "C0586", "C0569"),
    *("R0103", "R0003", "R0004", "R0987", "R0106", "R0028"),
)
POLICIES = ("G0130", "G0143", "G0170", "G0171", "C0812")

OCCASIONAL = ["CD003C", "CD010C", "CD024C", "CD118C", "CD168C", "CD180C", "CD181C", "CC014C"]


@pytest.mark.parametrize("message", OCCASIONAL)
def test_nothing_withheld_shows_in_any_form(pack, message):
    """As ``tests.usecases.test_preview`` does for what is planned from the start."""
    told = influence.Told(*addressed(pack, message, own("rich")))
    before = told.contents()
    for one in influence.withheld(told):
        places = influence.below(told.subject.root, one.field)
        assert places, one.field
        assert told.contents(influence.planted(told.subject.root, places)) == before, one.field


def test_a_record_asked_for_is_the_record_of_the_release_and_more(pack):
    """G0143: as it was told, with what befell the goods since."""
    asked = safe.parse(made(pack, "CD003C", "rich")).find("Consignment")
    told = safe.parse(made(pack, "CD001C", "rich", IN_THE_AREA)).find("Consignment")
    *goods, incident = asked
    assert incident.tag == "Incident"
    assert [tree.serialise(one) for one in goods] == [tree.serialise(one) for one in told]


def test_a_number_told_of_the_movement_leads_to_no_field():
    """G0009: the MRN for codes 90 and 93, the whole message for 92, 51 and 52."""
    with FolderPacks(schemas_root(), {}, 1).slot() as packs:
        ours = packs.by_administration("GB")
        raw = (FOLDER / "cases" / "answer-cd906c" / "answer.xml").read_bytes()
        found = ours.findings_of(ours.read_answer(raw), own("rich"))
        lines = (FOLDER / "cases" / "answer-cd917c" / "answer.xml").read_bytes()
        (unread,) = ours.findings_of(ours.read_answer(lines), own("rich"))
    house = "/Declaration/Consignment/HouseConsignment[1]"
    assert [(dict(one.args)["code"], one.pointer) for one in found] == [
        ("12", f"{house}/GoodsItem[1]/Packaging[1]/TypeCode"),
        ("90", ""),
        ("92", "/Declaration"),
    ]
    assert unread.pointer == "/Declaration/Consignment/GrossMassMeasure"
    assert dict(unread.args)["text"].endswith("(1:420)")


# ------------------------------------------------------------------ one text, two folders


def test_the_words_of_the_messages_are_kept_alike():
    schemas = schemas_root()
    assert (schemas / "intake/ctc-cc015/body.xsl").read_bytes() == (
        schemas / "packs/ctc/project/body.xsl"
    ).read_bytes()
