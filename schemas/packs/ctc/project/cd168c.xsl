<?xml version="1.0" encoding="UTF-8"?>
<!-- The goods left the security area at an office of exit. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="notice.xsl"/>
  <xsl:variable name="crossed" select="$movement/p:Happened[@kind = 'left-area'][last()]"/>

  <xsl:template match="d:Declaration">
    <ncts:CD168C>
      <xsl:call-template name="beginning"/>
      <TransitOperation>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <passageDate><xsl:value-of select="$crossed/p:Fact[@name = 'passage-date']"/></passageDate>
      </TransitOperation>
      <xsl:call-template name="from-departure"/>
      <CustomsOfficeOfExitForTransitActual><referenceNumber><xsl:value-of select="$crossed/@office"/></referenceNumber></CustomsOfficeOfExitForTransitActual>
    </ncts:CD168C>
  </xsl:template>
</xsl:stylesheet>
