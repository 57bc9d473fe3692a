<?xml version="1.0" encoding="UTF-8"?>
<!-- An XML refusal. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CD917C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD917C</xsl:with-param></xsl:call-template>
      <XMLError>
        <errorLineNumber>1</errorLineNumber>
        <errorColumnNumber>420</errorColumnNumber>
        <errorPointer>/<xsl:value-of select="/*/messageType"/>/Consignment/grossMass</errorPointer>
        <errorCode>50</errorCode>
        <errorText>Not a decimal of the schema in use</errorText>
      </XMLError>
    </ncts:CD917C>
  </xsl:template>
</xsl:stylesheet>
