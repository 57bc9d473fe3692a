<?xml version="1.0" encoding="UTF-8"?>
<!-- An office that was told nothing asks for the record: the goods came there instead. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CD002C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD002C</xsl:with-param><xsl:with-param name="quoted" select="''"/></xsl:call-template>
      <TransitOperation><xsl:copy-of select="/*/TransitOperation/MRN"/></TransitOperation>
      <CustomsOfficeOfDestinationActual>
        <referenceNumber><xsl:value-of select="substring-after(/*/Consignment/referenceNumberUCR, 'DIVERT ')"/></referenceNumber>
      </CustomsOfficeOfDestinationActual>
    </ncts:CD002C>
  </xsl:template>
</xsl:stylesheet>
