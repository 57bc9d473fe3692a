<?xml version="1.0" encoding="UTF-8"?>
<!-- A functional refusal: a code that the lists do not know, and a number nobody knows. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:variable name="type" select="/*/messageType"/>
  <xsl:template match="/">
    <ncts:CD906C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD906C</xsl:with-param></xsl:call-template>
      <FunctionalError>
        <errorPointer>/<xsl:value-of select="$type"/>/Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/typeOfPackages</errorPointer>
        <errorCode>12</errorCode>
        <errorReason>CL017</errorReason>
        <originalAttributeValue><xsl:value-of select="/*/Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/typeOfPackages"/></originalAttributeValue>
      </FunctionalError>
      <FunctionalError>
        <errorPointer><xsl:value-of select="/*/TransitOperation/MRN"/></errorPointer>
        <errorCode>90</errorCode>
        <errorReason>G0009</errorReason>
      </FunctionalError>
      <FunctionalError>
        <errorPointer>/<xsl:value-of select="$type"/></errorPointer>
        <errorCode>92</errorCode>
        <errorReason>G0009</errorReason>
      </FunctionalError>
    </ncts:CD906C>
  </xsl:template>
</xsl:stylesheet>
