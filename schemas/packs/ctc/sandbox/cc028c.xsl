<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC028C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC028C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/LRN"/>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <declarationAcceptanceDate><xsl:value-of select="$day"/></declarationAcceptanceDate>
      </TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
    </ncts:CC028C>
  </xsl:template>
</xsl:stylesheet>
