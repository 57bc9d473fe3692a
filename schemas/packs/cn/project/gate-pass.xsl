<?xml version="1.0" encoding="UTF-8"?>
<!-- Gate pass: which vehicle may pass, what it and its load weigh, under which declaration. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:packs:cn:gate-pass"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <xsl:variable name="tractor" select="$leg/d:Vehicle[@kind = 'tractor'][1]"/>
  <xsl:variable name="trailer" select="$leg/d:Vehicle[@kind = 'trailer'][1]"/>
  <xsl:variable name="equipment" select="$declaration/d:Trip[1]/d:TransportEquipment"/>
  <!-- IoTypecd, BindTypecd, RltTbTypecd and DclTypecd are left out: their values were not read. -->

  <xsl:template match="/p:Prepared">
    <PassPortMessage>
      <EnvelopInfo>
        <message_id><xsl:value-of select="$message/@id"/></message_id>
        <message_type>SAS121</message_type>
        <sender_id><xsl:value-of select="$message/@sender"/></sender_id>
        <receiver_id><xsl:value-of select="$message/@national-office"/></receiver_id>
        <send_time><xsl:value-of select="$message/@at"/></send_time>
      </EnvelopInfo>
      <PassPortHead>
        <MasterCuscd><xsl:value-of select="$message/@national-office"/></MasterCuscd>
        <xsl:for-each select="$movement/p:Procedure[@kind = 'cn-export']/p:Number[@kind = 'entry'][1]">
          <RltNo><xsl:value-of select="."/></RltNo>
        </xsl:for-each>
        <VehicleNo><xsl:value-of select="$tractor/d:Plate[@country = 'CN']"/></VehicleNo>
        <xsl:if test="$tractor/d:TareMassMeasure">
          <VehicleWt><xsl:value-of select="$tractor/d:TareMassMeasure"/></VehicleWt>
        </xsl:if>
        <xsl:if test="$trailer">
          <VehicleFrameNo><xsl:value-of select="$trailer/d:Plate[@country = 'CN']"/></VehicleFrameNo>
        </xsl:if>
        <xsl:if test="$trailer/d:TareMassMeasure">
          <VehicleFrameWt><xsl:value-of select="$trailer/d:TareMassMeasure"/></VehicleFrameWt>
        </xsl:if>
        <xsl:if test="$consignment/d:ContainerIndicator = '1'">
          <ContainerNo><xsl:value-of select="$equipment[1]/d:ID"/></ContainerNo>
          <xsl:if test="$equipment[1]/d:TypeCode">
            <ContainerType><xsl:value-of select="$equipment[1]/d:TypeCode"/></ContainerType>
          </xsl:if>
        </xsl:if>
        <TotalGrossWt><xsl:value-of select="$totals/@gross-mass"/></TotalGrossWt>
        <TotalNetWt><xsl:value-of select="$totals/@net-mass"/></TotalNetWt>
      </PassPortHead>
    </PassPortMessage>
  </xsl:template>
</xsl:stylesheet>
