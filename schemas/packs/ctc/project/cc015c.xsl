<?xml version="1.0" encoding="UTF-8"?>
<!-- The transit declaration as the office of departure gets it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="declaration.xsl"/>

  <xsl:template match="d:Declaration">
    <ncts:CC015C>
      <xsl:call-template name="phase"/>
      <xsl:call-template name="trader-header"/>
      <TransitOperation>
        <xsl:apply-templates select="d:FunctionalReferenceID"/>
        <xsl:call-template name="declared-operation"/>
      </TransitOperation>
      <xsl:call-template name="declared"/>
    </ncts:CC015C>
  </xsl:template>
</xsl:stylesheet>
