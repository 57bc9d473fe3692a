<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated digital gate takes a declaration, or does not. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:g="urn:fullroute:exchange:1:gate"
    xmlns="urn:fullroute:exchange:1:gate"
    exclude-result-prefixes="g">

  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="now"/>
  <xsl:param name="number12"/>
  <xsl:param name="code" select="'accepted'"/>
  <xsl:param name="description"/>

  <xsl:template match="/g:GateDeclaration">
    <GateReply version="1">
      <MessageID><xsl:value-of select="$id"/></MessageID>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      <FunctionCode><xsl:value-of select="g:FunctionCode"/></FunctionCode>
      <Direction><xsl:value-of select="g:Direction"/></Direction>
      <Code><xsl:value-of select="$code"/></Code>
      <xsl:if test="$code = 'accepted'">
        <GateNumber><xsl:value-of select="concat('DG', $number12)"/></GateNumber>
      </xsl:if>
      <xsl:if test="string($description)">
        <Description><xsl:value-of select="$description"/></Description>
      </xsl:if>
      <OccurredDateTime><xsl:value-of select="$now"/></OccurredDateTime>
    </GateReply>
  </xsl:template>
</xsl:stylesheet>
