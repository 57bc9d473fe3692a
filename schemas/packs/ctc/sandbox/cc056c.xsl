<?xml version="1.0" encoding="UTF-8"?>
<!-- A refusal on demand: the LRN begins with REFUSE. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC056C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC056C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/LRN"/>
        <businessRejectionType>015</businessRejectionType>
        <rejectionDateAndTime><xsl:value-of select="$utc"/></rejectionDateAndTime>
        <rejectionCode>12</rejectionCode>
      </TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
      <FunctionalError>
        <errorPointer>/CC015C/HolderOfTheTransitProcedure/identificationNumber</errorPointer>
        <errorCode>12</errorCode>
        <errorReason>R0850</errorReason>
        <xsl:if test="/*/HolderOfTheTransitProcedure/identificationNumber">
          <originalAttributeValue><xsl:value-of select="/*/HolderOfTheTransitProcedure/identificationNumber"/></originalAttributeValue>
        </xsl:if>
      </FunctionalError>
    </ncts:CC056C>
  </xsl:template>
</xsl:stylesheet>
