<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC928C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC928C</xsl:with-param></xsl:call-template>
      <TransitOperation><xsl:copy-of select="/*/TransitOperation/LRN"/></TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
    </ncts:CC928C>
  </xsl:template>
</xsl:stylesheet>
