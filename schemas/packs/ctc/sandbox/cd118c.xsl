<?xml version="1.0" encoding="UTF-8"?>
<!-- The goods crossed the frontier. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CD118C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD118C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/MRN"/>
        <passageDate><xsl:value-of select="$day"/></passageDate>
      </TransitOperation>
      <xsl:copy-of select="/*/CustomsOfficeOfDeparture"/>
      <CustomsOfficeOfTransitActual>
        <xsl:call-template name="own"><xsl:with-param name="declared" select="/*/CustomsOfficeOfTransitDeclared"/></xsl:call-template>
      </CustomsOfficeOfTransitActual>
    </ncts:CD118C>
  </xsl:template>
</xsl:stylesheet>
