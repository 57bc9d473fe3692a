<?xml version="1.0" encoding="UTF-8"?>
<!-- A simulated office answers a notice: closes the export declaration, orders or ends an inspection, amends or
     withdraws what was declared. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:fullroute:exchange:1:notice"
    xmlns="urn:fullroute:exchange:1:notice"
    exclude-result-prefixes="n">

  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="office"/>
  <xsl:param name="now"/>
  <xsl:param name="code"/>
  <xsl:param name="description"/>

  <xsl:template match="/n:MovementNotice">
    <MovementNoticeReply version="1">
      <MessageID><xsl:value-of select="$id"/></MessageID>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      <TypeCode><xsl:value-of select="n:TypeCode"/></TypeCode>
      <Code><xsl:value-of select="$code"/></Code>
      <SenderOfficeID><xsl:value-of select="$office"/></SenderOfficeID>
      <Movement>
        <Reference><xsl:value-of select="n:Movement/n:Reference"/></Reference>
        <xsl:if test="n:Movement/n:EntryID">
          <EntryID><xsl:value-of select="n:Movement/n:EntryID"/></EntryID>
        </xsl:if>
      </Movement>
      <xsl:copy-of select="n:LocationID"/>
      <xsl:if test="string($description)">
        <Description><xsl:value-of select="$description"/></Description>
      </xsl:if>
      <OccurredDateTime><xsl:value-of select="$now"/></OccurredDateTime>
    </MovementNoticeReply>
  </xsl:template>
</xsl:stylesheet>
