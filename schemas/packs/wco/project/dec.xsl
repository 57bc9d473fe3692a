<?xml version="1.0" encoding="UTF-8"?>
<!-- The declaration as a bare WCO DEC. Offices are those of the itinerary, unless a foreign header named its own. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1" xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="p d">
  <xsl:include href="body.xsl"/>
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:variable name="offices" select="/p:Prepared/d:Declaration/d:Submission/d:OfficeID"/>
  <xsl:variable name="own-office" select="/p:Prepared/p:Message/@office"/>
  <xsl:variable name="exit-office" select="/p:Prepared/p:Stop[@role = 'exit'][1]/@office"/>
  <xsl:template match="/"><xsl:apply-templates select="p:Prepared/d:Declaration"/></xsl:template>
</xsl:stylesheet>
