<?xml version="1.0" encoding="UTF-8"?>
<!-- The holder asks to invalidate the declaration; why, in the words of the report. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="declaration.xsl"/>
  <xsl:variable name="asked" select="$movement/p:Happened[@kind = 'invalidation-asked'][last()]"/>

  <xsl:template match="d:Declaration">
    <ncts:CC014C>
      <xsl:call-template name="phase"/>
      <xsl:call-template name="trader-header"/>
      <TransitOperation><xsl:call-template name="one-reference"/></TransitOperation>
      <Invalidation>
        <requestDateAndTime><xsl:value-of select="substring($asked/@at-utc, 1, 19)"/></requestDateAndTime>
        <justification><xsl:value-of select="normalize-space(concat($asked/p:Fact[@name = 'reason'], ' ', $asked/p:Fact[@name = 'text']))"/></justification>
      </Invalidation>
      <xsl:call-template name="departure"/>
      <xsl:call-template name="holder"/>
    </ncts:CC014C>
  </xsl:template>
</xsl:stylesheet>
