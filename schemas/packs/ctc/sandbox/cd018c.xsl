<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:param name="code">A1</xsl:param>
  <xsl:template match="/">
    <ncts:CD018C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD018C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/MRN | /*/TransitOperation/TIRCarnetNumber | /*/TransitOperation/bindingItinerary"/>
      </TransitOperation>
      <xsl:copy-of select="/*/CustomsOfficeOfDeparture"/>
      <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$office"/></referenceNumber></CustomsOfficeOfDestinationActual>
      <ControlResult>
        <code><xsl:value-of select="$code"/></code>
        <date><xsl:value-of select="$day"/></date>
        <xsl:if test="/*/Consignment/TransportEquipment/Seal"><stateOfSeals>1</stateOfSeals></xsl:if>
      </ControlResult>
    </ncts:CD018C>
  </xsl:template>
</xsl:stylesheet>
