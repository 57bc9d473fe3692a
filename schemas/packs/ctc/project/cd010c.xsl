<?xml version="1.0" encoding="UTF-8"?>
<!-- The declaration is invalid: no goods will come. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="notice.xsl"/>
  <xsl:variable name="invalidated" select="$movement/p:Happened[@kind = 'invalidated'][last()]"/>

  <xsl:template match="d:Declaration">
    <ncts:CD010C>
      <xsl:call-template name="beginning"/>
      <TransitOperation><MRN><xsl:value-of select="$mrn"/></MRN></TransitOperation>
      <Invalidation><decisionDateAndTime><xsl:value-of select="substring($invalidated/@at-utc, 1, 19)"/></decisionDateAndTime></Invalidation>
      <xsl:call-template name="from-departure"/>
      <xsl:call-template name="recipient"/>
    </ncts:CD010C>
  </xsl:template>
</xsl:stylesheet>
