<?xml version="1.0" encoding="UTF-8"?>
<!-- The enterprise declaration back to the DEC it was converted from. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="d">
  <xsl:include href="body.xsl"/>
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:variable name="offices" select="/d:Declaration/d:Submission/d:OfficeID"/>
  <xsl:variable name="own-office" select="/.."/>
  <xsl:variable name="exit-office" select="/.."/>
  <xsl:template match="/"><xsl:apply-templates select="d:Declaration"/></xsl:template>
</xsl:stylesheet>
