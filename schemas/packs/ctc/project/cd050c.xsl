<?xml version="1.0" encoding="UTF-8"?>
<!-- Anticipated transit record, to the offices of transit: without TIR carnet data. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="urn:fullroute:declaration:1"
  xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="d">
  <xsl:include href="record.xsl"/>
  <xsl:template match="d:Declaration">
    <ncts:CD050C><xsl:call-template name="record"><xsl:with-param name="carnet" select="false()"/></xsl:call-template></ncts:CD050C>
  </xsl:template>
</xsl:stylesheet>
