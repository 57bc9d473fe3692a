<?xml version="1.0" encoding="UTF-8"?>
<!-- A refusal on demand. After release nothing is amended or invalidated: out of sequence, and about no field (G0009). -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:param name="code">12</xsl:param>
  <xsl:template match="/">
    <ncts:CC056C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC056C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:call-template name="known-as"/>
        <businessRejectionType><xsl:value-of select="substring(/*/messageType, 3, 3)"/></businessRejectionType>
        <rejectionDateAndTime><xsl:value-of select="$utc"/></rejectionDateAndTime>
        <rejectionCode><xsl:value-of select="$code"/></rejectionCode>
      </TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
      <xsl:choose>
        <xsl:when test="$code = '92'">
          <FunctionalError>
            <errorPointer>/<xsl:value-of select="/*/messageType"/></errorPointer>
            <errorCode>92</errorCode>
            <errorReason>G0009</errorReason>
          </FunctionalError>
        </xsl:when>
        <xsl:otherwise>
          <FunctionalError>
            <errorPointer>/<xsl:value-of select="/*/messageType"/>/HolderOfTheTransitProcedure/identificationNumber</errorPointer>
            <errorCode>12</errorCode>
            <errorReason>R0850</errorReason>
            <xsl:if test="/*/HolderOfTheTransitProcedure/identificationNumber">
              <originalAttributeValue><xsl:value-of select="/*/HolderOfTheTransitProcedure/identificationNumber"/></originalAttributeValue>
            </xsl:if>
          </FunctionalError>
        </xsl:otherwise>
      </xsl:choose>
    </ncts:CC056C>
  </xsl:template>
</xsl:stylesheet>
