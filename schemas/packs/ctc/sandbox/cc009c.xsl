<?xml version="1.0" encoding="UTF-8"?>
<!-- The declaration is invalid, or is not invalidated. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:param name="decision">1</xsl:param>
  <xsl:template match="/">
    <ncts:CC009C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC009C</xsl:with-param></xsl:call-template>
      <TransitOperation><xsl:call-template name="known-as"/></TransitOperation>
      <Invalidation>
        <xsl:copy-of select="/*/Invalidation/requestDateAndTime"/>
        <decisionDateAndTime><xsl:value-of select="$utc"/></decisionDateAndTime>
        <decision><xsl:value-of select="$decision"/></decision>
        <initiatedByCustoms>0</initiatedByCustoms>
        <xsl:copy-of select="/*/Invalidation/justification"/>
      </Invalidation>
      <xsl:call-template name="departure-and-holder"/>
    </ncts:CC009C>
  </xsl:template>
</xsl:stylesheet>
