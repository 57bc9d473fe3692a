<?xml version="1.0" encoding="UTF-8"?>
<!-- Anticipated exit for transit record, to the offices where the goods leave the security area. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="record.xsl"/>
  <xsl:template match="d:Declaration">
    <ncts:CD160C><xsl:call-template name="record"><xsl:with-param name="carnet" select="false()"/></xsl:call-template></ncts:CD160C>
  </xsl:template>
</xsl:stylesheet>
