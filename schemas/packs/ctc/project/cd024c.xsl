<?xml version="1.0" encoding="UTF-8"?>
<!-- Forwarded arrival advice, to offices that still expect the goods. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="notice.xsl"/>

  <xsl:template match="d:Declaration">
    <ncts:CD024C>
      <xsl:call-template name="beginning"/>
      <TransitOperation>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <arrivalDateAndTimeActual><xsl:value-of select="substring($arrived/@at-utc, 1, 19)"/></arrivalDateAndTimeActual>
      </TransitOperation>
      <xsl:call-template name="from-departure"/>
      <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$arrived/@office"/></referenceNumber></CustomsOfficeOfDestinationActual>
      <xsl:call-template name="recipient"/>
    </ncts:CD024C>
  </xsl:template>
</xsl:stylesheet>
