"""The files of a new pack, as texts; :mod:`gateway.packs.scaffold` puts them together.

``@id@`` stands for the pack's id, ``@ID@`` for its administration.
"""

from collections.abc import Mapping

_PACK = """\
pack = "@id@"
version = "2026.1"
title = "@ID@: an example administration"
administrations = ["@ID@"]
zone = "UTC"
valid_from = 2026-01-01
aligned_to = "nothing; written as a beginning"
source = "fullroute pack new"
status = "unverified"
link = "push"
receipt = "signed"

# A movement with a stop of this role here passes through this procedure.
[[procedure]]
kind = "@id@-import"
role = "destination"
name = { en = "Import", zh = "进口", vi = "Nhập khẩu" }

# The number its authority will give; the placeholder stands in while everything is tried dry.
[[procedure.number]]
kind = "import"
placeholder = "000000000000"

# One message: who gets it, when it is owed, how it is made and judged.
[[message]]
type = "ImportNotice"
procedure = "@id@-import"
role = "destination"
on = ["submitted"]
projection = "project/notice.xsl"
schema = "xsd/notice.xsd"
rules = ["rules/notice.sch"]
maps = ["packages"]
signatory = "nobody"
suite = "none"
media_type = "application/xml"
deadline_hours = 72
status = "unverified"
source = "fullroute pack new"
text = "Tells the office of destination which goods are coming."
"""

_OFFICES = """\
# Offices that this pack brings along. They must belong to its own administrations.
[[office]]
code = "@ID@000001"
national_code = "0001"
country = "@ID@"
administration = "@ID@"
zone = "UTC"
names = { en = "First office", zh = "第一海关", vi = "Chi cục thứ nhất" }
roles = ["destination"]
modes = ["road"]
status = "unverified"
source = "fullroute pack new"
"""

_XSD = """\
<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:example:@id@:1"
    targetNamespace="urn:example:@id@:1" elementFormDefault="qualified">
  <xs:element name="ImportNotice">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="MessageID" type="xs:string"/>
        <xs:element name="Office">
          <xs:simpleType>
            <xs:restriction base="xs:string"><xs:pattern value="[0-9]{4}"/></xs:restriction>
          </xs:simpleType>
        </xs:element>
        <xs:element name="Reference" type="xs:string"/>
        <xs:element name="Packages" type="xs:positiveInteger"/>
        <xs:element name="Item" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="Number" type="xs:positiveInteger"/>
              <xs:element name="CommodityCode">
                <xs:simpleType>
                  <xs:restriction base="xs:string"><xs:pattern value="[0-9]{6}"/></xs:restriction>
                </xs:simpleType>
              </xs:element>
              <xs:element name="PackageKind" type="xs:string"/>
              <xs:element name="Packages" type="xs:positiveInteger"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""

_XSL = """\
<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1" xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:example:@id@:1" exclude-result-prefixes="p d">
  <xsl:template match="/p:Prepared">
    <ImportNotice>
      <MessageID><xsl:value-of select="p:Message/@id"/></MessageID>
      <Office><xsl:value-of select="p:Message/@national-office"/></Office>
      <Reference><xsl:value-of select="p:Movement/@reference"/></Reference>
      <Packages><xsl:value-of select="p:Totals/@packages"/></Packages>
      <xsl:apply-templates select="d:Declaration/d:Consignment/d:HouseConsignment/d:GoodsItem"/>
    </ImportNotice>
  </xsl:template>
  <xsl:template match="d:GoodsItem">
    <xsl:variable name="kind" select="d:Packaging/d:TypeCode"/>
    <Item>
      <Number><xsl:value-of select="d:SequenceNumeric"/></Number>
      <CommodityCode><xsl:value-of select="d:Commodity/d:HarmonizedSystemCode"/></CommodityCode>
      <PackageKind>
        <xsl:value-of select="/p:Prepared/p:List[@name = 'packages']/p:Entry[@from = $kind]/@to"/>
      </PackageKind>
      <Packages><xsl:value-of select="sum(d:Packaging/d:Quantity)"/></Packages>
    </Item>
  </xsl:template>
</xsl:stylesheet>
"""

_SCH = """\
<?xml version="1.0" encoding="UTF-8"?>
<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt">
  <ns prefix="n" uri="urn:example:@id@:1"/>
  <ns prefix="fr" uri="urn:fullroute:rules:1"/>
  <pattern id="sums">
    <rule context="/n:ImportNotice">
      <let name="total" value="n:Packages"/>
      <assert id="@id@.packages-do-not-add-up" flag="error"
          test="fr:sum-equals(n:Item/n:Packages, n:Packages)"
          diagnostics="@id@.packages-do-not-add-up.en
            @id@.packages-do-not-add-up.zh
            @id@.packages-do-not-add-up.vi"/>
    </rule>
  </pattern>
  <pattern id="codes">
    <rule context="n:PackageKind">
      <assert id="@id@.unknown-package-kind" flag="error" test="fr:in-list('packages', .)"
          diagnostics="@id@.unknown-package-kind.en
            @id@.unknown-package-kind.zh
            @id@.unknown-package-kind.vi"/>
    </rule>
  </pattern>
  <diagnostics>
    <diagnostic id="@id@.packages-do-not-add-up.en" xml:lang="en">
      The items' packages do not add up to {total}. ||
      Correct the quantities of the packagings.
    </diagnostic>
    <diagnostic id="@id@.packages-do-not-add-up.zh" xml:lang="zh">
      各项商品的件数之和不等于{total}。 ||
      请更正包装件数。
    </diagnostic>
    <diagnostic id="@id@.packages-do-not-add-up.vi" xml:lang="vi">
      Tổng số kiện của các mặt hàng không bằng {total}. ||
      Hãy sửa số lượng kiện.
    </diagnostic>
    <diagnostic id="@id@.unknown-package-kind.en" xml:lang="en">
      This kind of package is not on the administration's list. ||
      Use a kind of codelists/packages.csv.
    </diagnostic>
    <diagnostic id="@id@.unknown-package-kind.zh" xml:lang="zh">
      该包装种类不在海关代码表中。 ||
      请使用codelists/packages.csv中的种类。
    </diagnostic>
    <diagnostic id="@id@.unknown-package-kind.vi" xml:lang="vi">
      Loại kiện này không có trong danh mục của hải quan. ||
      Hãy dùng loại có trong codelists/packages.csv.
    </diagnostic>
  </diagnostics>
</schema>
"""

_PACKAGES = """\
code,to,name_en,name_zh,name_vi,valid_from,valid_to,source,status
CT,C,carton,纸箱,thùng các-tông,2026-01-01,,fullroute pack new,unverified
CS,S,case,箱,hòm,2026-01-01,,fullroute pack new,unverified
PX,P,pallet,托盘,pa-lét,2026-01-01,,fullroute pack new,unverified
"""

_ANSWERS = """\
[namespaces]
n = "urn:example:@id@:1"

[[answer]]
type = "ImportNotice accepted"
root = "{urn:example:@id@:1}Reply"
when = "/n:Reply/n:Code = 'ACCEPTED'"
kind = "accepted"
about = "ImportNotice"
procedure = "@id@-import"
correlation = "/n:Reply/n:MessageID"
procedure_state = "accepted"
occurred_at = "/n:Reply/n:At"
numbers = { import = "/n:Reply/n:Number" }
status = "unverified"
source = "fullroute pack new"
text = "The office will expect the goods, under this number."

[[answer]]
type = "ImportNotice closed"
root = "{urn:example:@id@:1}Reply"
when = "/n:Reply/n:Code = 'CLOSED'"
kind = "closed"
about = "ImportNotice"
procedure = "@id@-import"
correlation = "/n:Reply/n:MessageID"
procedure_state = "closed"
occurred_at = "/n:Reply/n:At"
status = "unverified"
source = "fullroute pack new"
text = "The goods are in free circulation."

[[answer]]
type = "ImportNotice refused"
root = "{urn:example:@id@:1}Reply"
kind = "refused"
about = "ImportNotice"
procedure = "@id@-import"
correlation = "/n:Reply/n:MessageID"
procedure_state = "refused"
occurred_at = "/n:Reply/n:At"
status = "unverified"
source = "fullroute pack new"
text = "The office does not take the notice; its errors say why."

# Every Error becomes a finding that points into our declaration.
[answer.findings]
each = "/n:Reply/n:Error"
code = "n:Code"
pointer = "n:Pointer"
value = "n:Value"
text = "n:Text"
"""

_BEHAVIOUR = """\
# What the simulated office does with a message.
[[on]]
message = "ImportNotice"

[[on.answer]]
template = "sandbox/reply.xsl"
after_ms = 100
params = { code = "ACCEPTED" }
number_key = "/*/*[local-name() = 'Reference']"
effect = "accepted"

[[on.answer]]
template = "sandbox/reply.xsl"
after_ms = 400
params = { code = "CLOSED" }
number_key = "/*/*[local-name() = 'Reference']"
effect = "closed"
"""

_REPLY = """\
<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:example:@id@:1" xmlns="urn:example:@id@:1" exclude-result-prefixes="n">
  <xsl:param name="code"/>
  <xsl:param name="now"/>
  <xsl:param name="message-id"/>
  <xsl:param name="number12"/>
  <xsl:template match="/">
    <Reply>
      <MessageID><xsl:value-of select="$message-id"/></MessageID>
      <Code><xsl:value-of select="$code"/></Code>
      <At><xsl:value-of select="$now"/></At>
      <Number><xsl:value-of select="$number12"/></Number>
    </Reply>
  </xsl:template>
</xsl:stylesheet>
"""

_FIELDS = """\
# Which field of a message comes from which element of our declaration: with it, what an office
# finds wrong in the message is shown where its sender can mend it.
[ImportNotice]
"Packages" = "Consignment/HouseConsignment/GoodsItem/Packaging/Quantity"
"Item/Number" = "Consignment/HouseConsignment/GoodsItem/SequenceNumeric"
"Item/CommodityCode" = "Consignment/HouseConsignment/GoodsItem/Commodity/HarmonizedSystemCode"
"Item/PackageKind" = "Consignment/HouseConsignment/GoodsItem/Packaging/TypeCode"
"""

_CHANGELOG = """\
# Changes

## 2026.1

- First version, made by `fullroute pack new`.
"""

FILES: Mapping[str, str] = {
    "pack.toml": _PACK,
    "offices.toml": _OFFICES,
    "fields.toml": _FIELDS,
    "xsd/notice.xsd": _XSD,
    "project/notice.xsl": _XSL,
    "rules/notice.sch": _SCH,
    "codelists/packages.csv": _PACKAGES,
    "answers/notice.toml": _ANSWERS,
    "sandbox/behaviour.toml": _BEHAVIOUR,
    "sandbox/reply.xsl": _REPLY,
    "CHANGELOG.md": _CHANGELOG,
}
