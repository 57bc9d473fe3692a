<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated inland office cancels a declaration, or does not. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:c="urn:fullroute:exchange:1:cancellation"
    xmlns="urn:fullroute:exchange:1:cancellation"
    exclude-result-prefixes="c">

  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="now"/>
  <xsl:param name="code"/>
  <xsl:param name="description"/>

  <xsl:template match="/c:CancellationRequest">
    <CancellationReply version="1">
      <MessageID><xsl:value-of select="$id"/></MessageID>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      <TypeCode><xsl:value-of select="c:TypeCode"/></TypeCode>
      <Code><xsl:value-of select="$code"/></Code>
      <DeclarationID><xsl:value-of select="c:DeclarationID"/></DeclarationID>
      <xsl:if test="string($description)">
        <Description><xsl:value-of select="$description"/></Description>
      </xsl:if>
      <OccurredDateTime><xsl:value-of select="$now"/></OccurredDateTime>
    </CancellationReply>
  </xsl:template>
</xsl:stylesheet>
