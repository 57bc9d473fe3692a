<?xml version="1.0" encoding="UTF-8"?>
<!-- Only what the member at the end needs ahead: who, by what, sealed how, how much of what. No values, no invoices. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:fullroute:asean:1" xmlns:p="urn:fullroute:prepared:1" xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="p d">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:template match="/p:Prepared">
    <xsl:variable name="d" select="d:Declaration"/>
    <xsl:variable name="country" select="substring(p:Message/@office, 1, 2)"/>
    <AnticipatedRecord>
      <MessageID><xsl:value-of select="p:Message/@id"/></MessageID>
      <MovementReference><xsl:value-of select="p:Movement/@reference"/></MovementReference>
      <LocalReference><xsl:value-of select="p:Movement/@lrn"/></LocalReference>
      <DepartureOfficeID><xsl:value-of select="p:Stop[@role = 'departure']/@office"/></DepartureOfficeID>
      <xsl:for-each select="p:Stop[@role = 'entry' and @country = $country][1]"><EntryOfficeID><xsl:value-of select="@office"/></EntryOfficeID></xsl:for-each>
      <DestinationOfficeID><xsl:value-of select="p:Message/@office"/></DestinationOfficeID>
      <DepartureDateTime><xsl:value-of select="p:Movement/p:Happened[@kind = 'departed'][1]/@at"/></DepartureDateTime>
      <Consignor><xsl:call-template name="name"><xsl:with-param name="party" select="($d/d:Party[@role = 'consignor']|$d/d:Party[@role = 'exporter'])[1]"/></xsl:call-template></Consignor>
      <Consignee><xsl:call-template name="name"><xsl:with-param name="party" select="($d/d:Party[@role = 'consignee']|$d/d:Party[@role = 'importer'])[1]"/></xsl:call-template></Consignee>
      <xsl:for-each select="$d/d:Trip/d:Leg/d:Vehicle/d:Plate"><Plate country="{@country}"><xsl:value-of select="."/></Plate></xsl:for-each>
      <xsl:for-each select="$d/d:Trip/d:TransportEquipment/d:ID"><ContainerID><xsl:value-of select="."/></ContainerID></xsl:for-each>
      <xsl:for-each select="$d/d:Trip/d:TransportEquipment/d:Seal/d:ID"><SealID><xsl:value-of select="."/></SealID></xsl:for-each>
      <PackageQuantity><xsl:value-of select="p:Totals/@packages"/></PackageQuantity>
      <GrossMassMeasure><xsl:value-of select="$d/d:Consignment/d:GrossMassMeasure"/></GrossMassMeasure>
      <xsl:for-each select="$d/d:Consignment/d:HouseConsignment/d:GoodsItem">
        <Item>
          <Number><xsl:value-of select="d:DeclarationItemNumeric"/></Number>
          <HarmonizedSystemCode><xsl:value-of select="d:Commodity/d:HarmonizedSystemCode"/></HarmonizedSystemCode>
          <Description><xsl:value-of select="d:Commodity/d:Description[@lang = 'en']|d:Commodity/d:Description[1][not(../d:Description[@lang = 'en'])]"/></Description>
          <GrossMassMeasure><xsl:value-of select="d:GrossMassMeasure"/></GrossMassMeasure>
        </Item>
      </xsl:for-each>
    </AnticipatedRecord>
  </xsl:template>

  <!-- The English name, else the first; a party known by number only is told by it. -->
  <xsl:template name="name">
    <xsl:param name="party"/>
    <xsl:choose>
      <xsl:when test="$party/d:Name[@lang = 'en']"><xsl:value-of select="$party/d:Name[@lang = 'en']"/></xsl:when>
      <xsl:when test="$party/d:Name"><xsl:value-of select="$party/d:Name[1]"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$party/d:ID[1]"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
