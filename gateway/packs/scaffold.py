"""A new pack: a small administration that works at once, to be changed bit by bit.

The texts below are the files of ``fullroute pack new``. ``@id@`` becomes the pack's id and ``@ID@``
its administration. Goldens are not among them: they are what the pack makes.
"""

from gateway.packs.cases import read_cases, run_case
from gateway.packs.compiled import compile_pack
from gateway.packs.digests import runs
from gateway.packs.scaffold_files import FILES

_PREPARED = """\
<?xml version="1.0" encoding="UTF-8"?>
<Prepared xmlns="urn:fullroute:prepared:1">
  <Message id="msg_1" type="ImportNotice" office="@ID@000001" national-office="0001"
      role="destination" sender="FULLROUTE" at="2026-11-23T01:00:00+00:00"
      at-utc="2026-11-23T01:00:00Z" compact="20261123010000000" dry-run="false"/>
  <Movement reference="26CN000000000000A1" lrn="TEST-1"/>
  <Totals packages="30" gross-mass="300.5" net-mass="280.0" value="1000.00" items="2"/>
  <List name="packages"><Entry from="CT" to="C"/><Entry from="PX" to="P"/></List>
  <Declaration xmlns="urn:fullroute:declaration:1">
    <Consignment>
      <HouseConsignment>
        <GoodsItem>
          <SequenceNumeric>1</SequenceNumeric>
          <Commodity><HarmonizedSystemCode>853224</HarmonizedSystemCode></Commodity>
          <Packaging><TypeCode>CT</TypeCode><Quantity>10</Quantity></Packaging>
        </GoodsItem>
        <GoodsItem>
          <SequenceNumeric>2</SequenceNumeric>
          <Commodity><HarmonizedSystemCode>853321</HarmonizedSystemCode></Commodity>
          <Packaging><TypeCode>PX</TypeCode><Quantity>20</Quantity></Packaging>
        </GoodsItem>
      </HouseConsignment>
    </Consignment>
  </Declaration>
</Prepared>
"""

_ANSWER = """\
<?xml version="1.0" encoding="UTF-8"?>
<Reply xmlns="urn:example:@id@:1">
  <MessageID>msg_1</MessageID>
  <Code>{code}</Code>
  <At>2026-11-23T02:00:00Z</At>{more}
</Reply>
"""
_ERROR = """
  <Error>
    <Code>E12</Code>
    <Pointer>/ImportNotice/Item[2]/CommodityCode</Pointer>
    <Value>853321</Value>
    <Text>unknown commodity</Text>
  </Error>"""

_EXPECTED_ANSWER = """\
answer = "ImportNotice {name}"
kind = "{name}"
about = "ImportNotice"
procedure = "@id@-import"
procedure_state = "{name}"
correlation = "msg_1"
occurred_at = "2026-11-23T02:00:00Z"
numbers = {numbers}
findings = {findings}
"""


def _cases() -> dict[str, str]:
    message = 'message = "ImportNotice"\n'
    poor = _PREPARED.replace('packages="30"', 'packages="31"')
    kind = _PREPARED.replace("<TypeCode>PX", "<TypeCode>BX")
    raising = message + 'must_raise = ["@id@.{}"]\n'
    return {
        "notice/expect.toml": message + "messages = 1\n",
        "notice/prepared.xml": _PREPARED,
        "notice-packages/expect.toml": raising.format("packages-do-not-add-up"),
        "notice-packages/prepared.xml": poor,
        "notice-kind/expect.toml": raising.format("unknown-package-kind"),
        "notice-kind/prepared.xml": kind,
        **_answer("accepted", "ACCEPTED", "\n  <Number>100000000001</Number>", "import"),
        **_answer("closed", "CLOSED", "", ""),
        **_answer("refused", "REFUSED", _ERROR, ""),
    }


def _answer(name: str, code: str, more: str, number: str) -> dict[str, str]:
    place = "Declaration/Consignment/HouseConsignment/GoodsItem[2]/Commodity/HarmonizedSystemCode"
    findings = f'["E12 /{place} 853321 unknown commodity"]' if more == _ERROR else "[]"
    numbers = f'{{ {number} = "100000000001" }}' if number else "{}"
    expect = _EXPECTED_ANSWER.format(name=name, numbers=numbers, findings=findings)
    return {
        f"answer-{name}/expect.toml": expect,
        f"answer-{name}/answer.xml": _ANSWER.format(code=code, more=more),
    }


def new_pack(pack: str, administration: str) -> dict[str, bytes]:
    """Return the files of a pack that passes its check, goldens included.

    ``pack`` is its id (lower case), ``administration`` the code its offices carry (X-codes are for
    examples).
    """
    texts = {**FILES, **{f"cases/{name}": text for name, text in _cases().items()}}
    files = {
        name: text.replace("@id@", pack).replace("@ID@", administration).encode()
        for name, text in texts.items()
    }
    compiled = compile_pack({name: raw for name, raw in files.items() if runs(name)}, {})
    for case in read_cases(files):
        goldens = run_case(compiled, case).goldens
        files |= {f"cases/{case.name}/{name}": raw for name, raw in goldens.items()}
    return files
