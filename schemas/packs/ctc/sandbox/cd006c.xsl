<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CD006C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD006C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/MRN"/>
        <arrivalDateAndTimeActual><xsl:value-of select="$utc"/></arrivalDateAndTimeActual>
      </TransitOperation>
      <xsl:copy-of select="/*/CustomsOfficeOfDeparture"/>
      <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$office"/></referenceNumber></CustomsOfficeOfDestinationActual>
    </ncts:CD006C>
  </xsl:template>
</xsl:stylesheet>
