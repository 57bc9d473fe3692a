"""The Vietnamese pack: its fields and its triggers."""

from collections.abc import Iterator

import pytest

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.itinerary import Status
from gateway.markup import tree
from gateway.packs import layout
from gateway.packs.layout import HEADER_BYTES, FieldSpec, Layout
from gateway.packs.pack import Pack
from tests.packs import occasions_vn as occasions
from tests.packs import prepared_north as north
from tests.packs import prepared_vn as vn
from tests.packs.pack_cases import compiled

LENGTHS = {
    "ola": {
        "OLT": 12,
        "IEI": 1,
        "CHC": 6,
        "TRC": 13,
        "BYA": 2,
        "USS": 2,
        "DPR": 7,
        "ARR": 7,
        "PRT": 6,
        "ARP": 6,
        "ROU": 35,
        "cargo/CGN": 35,
        "cargo/HSF": 4,
        "cargo/WUT": 3,
        "equipment/CNO": 17,
        "equipment/SEL": 15,
    },
    "boa": {"OLT": 12, "DPR": 7, "ARR": 7},
    "bia": {"OLT": 12, "equipment/CNO": 17, "equipment/SEL": 15},
    "tir": {"KBN": 1, "PLA": 35, "container/CNO": 12, "container/CTY": 2},
    "ida": {
        "ICN": 12,
        "KND": 3,
        "CHC": 6,
        "SEC": 2,
        "IMC": 13,
        "PCS": 8,
        "WHS": 7,
        "REF": 20,
        "line/HSC": 12,
        "line/NAM": 600,
    },
    "eda": {
        "ECN": 12,
        "KND": 3,
        "CHC": 6,
        "SEC": 2,
        "EXC": 13,
        "CGN": 35,
        "PCS": 8,
        "WHS": 7,
        "DST": 5,
        "LOA": 6,
        "REF": 20,
        "line/HSC": 12,
        "line/NAM": 600,
    },
    "cot": {
        "OLT": 12,
        "CHC": 6,
        "TRC": 13,
        "DPR": 7,
        "ARR": 7,
        "ROU": 35,
        "cargo/CGN": 35,
        "equipment/CNO": 17,
        "equipment/SEL": 15,
    },
    "rail-manifest": {"equipment/CNO": 17, "equipment/SEL": 15},
    "ama": {"NUM": 12},
    "amc": {"NUM": 12},
    "tor": {"KBN": 1, "PLA": 35, "container/CNO": 12, "container/CTY": 2},
    "olc": {"OLT": 12},
    "idc": {"ICN": 12},
    "edc": {"ECN": 12},
    "refusal": {"OLT": 12, "ICN": 12, "ECN": 12, "result/COD": 5},
}
"""Lengths read in the published field lists of the jobs."""

REPEATS = {
    ("ola", "cargo"): 5,
    ("ola", "export-declaration"): 50,
    ("tir", "driver"): 5,
    ("ida", "line"): 50,
    ("ida", "container"): 50,
    ("cot", "cargo"): 5,
    ("cot", "stop"): 3,
    ("tor", "driver"): 5,
    ("eda", "stop"): 3,
    ("eda", "line"): 50,
    ("eda", "container"): 50,
}

MESSAGES = {
    "OLA": ("vn-transport", "entry", "movement", "submitted", (), "carrier"),
    "OLC": ("vn-transport", "entry", "movement", "submitted", ("OLA:registered",), "carrier"),
    "IDA": ("vn-import", "destination", "movement", "submitted", (), "importer"),
    "IDC": ("vn-import", "destination", "movement", "submitted", ("IDA:registered",), "importer"),
    "TIR": ("vn-transport", "entry", "trip", "exited", (), "carrier"),
    "BOA": ("vn-transport", "entry", "movement", "entered", ("OLC:approved",), "carrier"),
    "BIA": ("vn-transport", "destination", "movement", "arrived", ("BOA:started",), "carrier"),
}
"""By type: procedure, role of the addressee, subject, event, answer waited for, signatory."""

OUTPUTS = (
    ("OLACOPY", "OLA"),
    ("VAS501", "OLC"),
    ("VAS504", "OLC"),
    ("TIRCOPY", "TIR"),
    ("BOACOPY", "BOA"),
    ("VAS516", "BIA"),
    ("IDACOPY", "IDA"),
    ("VAD1AC", "IDC"),
    ("VAD487", "IDC"),
    ("DUTIES", "IDC"),
    ("VAD1AG", "IDC"),
    ("EDACOPY", "EDA"),
    ("VAE1LD", "EDC"),
    ("VAE474", "EDC"),
    ("VAE1LF", "EDC"),
    ("TORCOPY", "TOR"),
    *((f"VAS{number}", "OLC") for number in (505, 508, 509, 510, 511, 512, 514)),
    *((f"VAS{number}", "COT") for number in (506, 507, 513)),
    *(
        (f"VAS0{number}", job)
        for number in (31, 32, 33, 34)
        for job in ("RMR", "DRM", "RIR", "ROR")
    ),
    *((f"VAS05{number}", job) for number in (8, 9) for job in ("TIR", "TOR")),
    ("VAD491", "IDC"),
    ("VAE478", "EDC"),
    *((f"{job}COPY", job) for job in ("IDD", "EDD", "AMA", "AMC")),
    ("REFUSAL", ""),
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return compiled(vn.FOLDER)


def body_of(pack: Pack, name: str) -> Layout:
    return pack.layouts.bodies[f"layouts/{name}.toml"]


def fields_of(body: Layout) -> Iterator[tuple[str, FieldSpec]]:
    for spec in body.fields:
        yield spec.name, spec
    for group in body.groups:
        for spec in group.fields:
            yield f"{group.name}/{spec.name}", spec


@pytest.mark.parametrize(
    ("file", "name", "length"),
    [(file, name, length) for file, names in LENGTHS.items() for name, length in names.items()],
)
def test_a_published_length_is_kept(pack: Pack, file: str, name: str, length: int) -> None:
    assert dict(fields_of(body_of(pack, file)))[name].length == length


@pytest.mark.parametrize(("where", "repeat"), REPEATS.items())
def test_a_published_number_of_repeats_is_kept(
    pack: Pack, where: tuple[str, str], repeat: int
) -> None:
    groups = {group.name: group.repeat for group in body_of(pack, where[0]).groups}

    assert groups[where[1]] == repeat


@pytest.mark.parametrize("file", ["ola", "bia", "tir"])
def test_six_seals_of_fifteen_fit_on_every_container(pack: Pack, file: str) -> None:
    seal = next(spec for name, spec in fields_of(body_of(pack, file)) if name.endswith("/SEL"))

    assert (seal.repeat, seal.length) == (6, 15)


def test_what_a_layout_calls_confirmed_is_one_of_its_fields(pack: Pack) -> None:
    for path, body in pack.layouts.bodies.items():
        names = {name.rpartition("/")[2] for name, _ in fields_of(body)}
        assert set(body.confirmed) <= names, path
        assert body.status is Status.UNVERIFIED, path
        assert body.source, path


@pytest.mark.parametrize("message", MESSAGES)
def test_the_header_has_400_bytes_and_ends_with_the_length(pack: Pack, message: str) -> None:
    (content,) = pack.project(message, vn.prepared(pack, message))

    head = content[:HEADER_BYTES]
    assert head[3:8].rstrip() == message.encode()
    assert int(head[-6:]) == len(content)
    assert b"\r\n" not in head


@pytest.mark.parametrize("message", MESSAGES)
def test_user_and_password_stay_blank(pack: Pack, message: str) -> None:
    (content,) = pack.project(message, vn.prepared(pack, message))

    assert content[29:45] == b" " * 16
    assert [spec.length for spec in pack.layouts.header.fields[4:6]] == [8, 8]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_submission_carries_our_message_id_and_reference(pack: Pack, message: str) -> None:
    job = vn.job_of(pack, message)

    assert job.get("input") == vn.MESSAGE
    assert job.get("subject") == "CQ-2026-000117"
    assert job.get("index") == vn.REFERENCE
    assert job.get("output") is None


@pytest.mark.parametrize(
    ("message", "group", "name", "text", "fits"),
    [
        ("IDA", "line", "NAM", "ụ" * 200, True),  # three bytes each: exactly 600
        ("IDA", "line", "NAM", "ụ" * 200 + "a", False),
        ("IDA", "line", "NAM", "电" * 200, True),
        ("IDA", "line", "NAM", "电" * 201, False),
        ("OLA", "", "ROU", "Hữu Nghị - Hải Dương " + "ươ" * 7, True),  # 35 characters
        ("OLA", "", "ROU", "Hữu Nghị - Hải Dương " + "ươ" * 7 + "a", False),
        ("TIR", "container", "CNO", "桂AK217挂桂AK21", True),  # twelve characters
        ("TIR", "container", "CNO", "桂AK217挂桂AK217", False),
        ("OLA", "equipment", "SEL", "CQ8801172CQ8801", True),
        ("OLA", "equipment", "SEL", "CQ8801172CQ88011", False),
        ("OLA", "", "DPR", "桂15BB", True),  # seven bytes
        ("OLA", "", "DPR", "桂15BBA", False),
    ],
)
def test_a_field_counts_in_its_own_unit(
    pack: Pack, message: str, group: str, name: str, text: str, *, fits: bool
) -> None:
    job = vn.job_of(pack, message)
    step = f"j:Group[@name='{group}']/" if group else ""
    tree.elements(job, f"{step}j:Field[@name='{name}']")[0].text = text
    body = body_of(pack, message.lower())

    found = {finding.code for finding in layout.check(job, body, pack.layouts.header)}

    assert found == (set() if fits else {"layout.too-long"})


@pytest.mark.parametrize("message", MESSAGES)
def test_bytes_and_job_are_the_same_thing(pack: Pack, message: str) -> None:
    (content,) = pack.project(message, vn.prepared(pack, message))
    job = layout.decode(content, pack.layouts)

    assert content == layout.encode(job, body_of(pack, message.lower()), pack.layouts.header)


def test_the_pack_sends_exactly_the_messages_of_the_storyboards(pack: Pack) -> None:
    northbound = {name for name, sending in north.SENDINGS.items() if sending.pack == "vn"}
    besides = set(occasions.TELLINGS) | {"WayNotice", "WayNotice-I"}
    besides |= {"DiversionNotice", "DiversionNotice-I"}

    assert {spec.type for spec in pack.manifest.messages} == set(MESSAGES) | northbound | besides


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_owed_when_the_storyboard_says_so(pack: Pack, message: str) -> None:
    spec = pack.message(message)

    assert MESSAGES[message] == (
        spec.procedure,
        spec.role,
        spec.subject,
        *spec.on,
        tuple(f"{after.message}:{after.answer}" for after in spec.after),
        spec.signatory,
    )
    assert spec.suite == "cms"


@pytest.mark.parametrize(("output", "job"), OUTPUTS)
def test_an_output_has_a_layout_of_its_own(pack: Pack, output: str, job: str) -> None:
    body = pack.layouts.body(job or "IDC", output)

    assert output in (body.output, *body.also)


def test_offices_of_viet_nam_keep_their_time_and_say_how_sure_they_are() -> None:
    offices = {
        code: office
        for code, office in read_offices(read_folder(schemas_root())).items()
        if office.country == "VN"
    }

    assert {"VN0015BB", "VN0003PJ"} <= set(offices)
    for code, office in offices.items():
        assert office.zone == "Asia/Ho_Chi_Minh"
        assert office.national_code.rjust(6, "0") == code[2:]
        assert (office.status is Status.CONFIRMED) == ("X" not in code)
        assert {"en", "zh", "vi"} == set(dict(office.names))
