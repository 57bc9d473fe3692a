<?xml version="1.0" encoding="UTF-8"?>
<!-- The amendment is accepted. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC004C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC004C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:call-template name="known-as"/>
        <amendmentSubmissionDateAndTime><xsl:value-of select="/*/preparationDateAndTime"/></amendmentSubmissionDateAndTime>
        <amendmentAcceptanceDateAndTime><xsl:value-of select="$utc"/></amendmentAcceptanceDateAndTime>
      </TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
    </ncts:CC004C>
  </xsl:template>
</xsl:stylesheet>
