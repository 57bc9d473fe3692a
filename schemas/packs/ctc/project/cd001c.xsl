<?xml version="1.0" encoding="UTF-8"?>
<!-- Anticipated arrival record, to the declared office of destination. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="urn:fullroute:declaration:1"
  xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="d">
  <xsl:include href="record.xsl"/>
  <xsl:template match="d:Declaration">
    <ncts:CD001C><xsl:call-template name="record"><xsl:with-param name="carnet" select="true()"/></xsl:call-template></ncts:CD001C>
  </xsl:template>
</xsl:stylesheet>
