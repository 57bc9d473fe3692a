<?xml version="1.0" encoding="UTF-8"?>
<!-- Destination control results. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="notice.xsl"/>
  <xsl:template match="d:Declaration">
    <ncts:CD018C>
      <xsl:call-template name="beginning"/>
      <TransitOperation>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <xsl:for-each select="d:TransitOperation/d:TIRCarnetID"><TIRCarnetNumber><xsl:value-of select="."/></TIRCarnetNumber></xsl:for-each>
        <xsl:call-template name="binding"/>
      </TransitOperation>
      <xsl:call-template name="from-departure"/>
      <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$controlled/@office"/></referenceNumber></CustomsOfficeOfDestinationActual>
      <ControlResult>
        <code>
          <xsl:value-of select="$controlled/p:Fact[@name = 'control-code']"/>
          <xsl:if test="not($controlled/p:Fact[@name = 'control-code'])">A2</xsl:if>
        </code>
        <date>
          <xsl:value-of select="$controlled/p:Fact[@name = 'control-date']"/>
          <xsl:if test="not($controlled/p:Fact[@name = 'control-date'])"><xsl:value-of select="substring($controlled/@at-utc, 1, 10)"/></xsl:if>
        </date>
        <xsl:for-each select="$controlled/p:Fact[@name = 'state-of-seals']"><stateOfSeals><xsl:value-of select="."/></stateOfSeals></xsl:for-each>
        <xsl:for-each select="$controlled/p:Fact[@name = 'control-text']"><text><xsl:value-of select="."/></text></xsl:for-each>
      </ControlResult>
    </ncts:CD018C>
  </xsl:template>
</xsl:stylesheet>
