<?xml version="1.0" encoding="UTF-8"?>
<!-- The release repeats the declaration, where it was what was answered. Who lodged under an authorisation is released as simplified. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC029C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC029C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/LRN"/>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <xsl:copy-of select="/*/TransitOperation/declarationType | /*/TransitOperation/additionalDeclarationType | /*/TransitOperation/TIRCarnetNumber"/>
        <declarationAcceptanceDate><xsl:value-of select="$day"/></declarationAcceptanceDate>
        <releaseDate><xsl:value-of select="$day"/></releaseDate>
        <xsl:copy-of select="/*/TransitOperation/security | /*/TransitOperation/reducedDatasetIndicator | /*/TransitOperation/specificCircumstanceIndicator | /*/TransitOperation/communicationLanguageAtDeparture | /*/TransitOperation/bindingItinerary"/>
      </TransitOperation>
      <xsl:copy-of select="/*/Authorisation | /*/CustomsOfficeOfDeparture | /*/CustomsOfficeOfDestinationDeclared | /*/CustomsOfficeOfTransitDeclared | /*/CustomsOfficeOfExitForTransitDeclared | /*/HolderOfTheTransitProcedure | /*/Representative"/>
      <ControlResult>
        <code><xsl:choose><xsl:when test="/*/Authorisation">A3</xsl:when><xsl:otherwise>A2</xsl:otherwise></xsl:choose></code>
        <date><xsl:value-of select="$day"/></date>
      </ControlResult>
      <xsl:copy-of select="/*/Guarantee | /*[not(self::ncts:CC170C)]/Consignment"/>
    </ncts:CC029C>
  </xsl:template>
</xsl:stylesheet>
