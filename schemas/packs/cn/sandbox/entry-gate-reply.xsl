<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated office's reply to MT4401. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:m="urn:Declaration:datamodel:standard:CN:MT4401:1"
    xmlns="urn:Declaration:datamodel:standard:CN:MT4401:1"
    exclude-result-prefixes="m">

  <xsl:param name="message-id"/>
  <xsl:param name="compact"/>
  <xsl:param name="code"/>
  <xsl:param name="statement"/>
  <xsl:param name="description"/>

  <xsl:template match="/m:Manifest">
    <Manifest>
      <Head>
        <MessageID><xsl:value-of select="concat('CN_MT4401', '_1p0_EPORT00000000_', $compact)"/></MessageID>
        <FunctionCode>11</FunctionCode>
        <MessageType>MT4401</MessageType>
        <SenderID>EPORT</SenderID>
        <ReceiverID><xsl:value-of select="m:Head/m:SenderID"/></ReceiverID>
        <SendTime><xsl:value-of select="$compact"/></SendTime>
        <Version>1.0</Version>
        <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      </Head>
      <Response>
        <MessageID><xsl:value-of select="m:Head/m:MessageID"/></MessageID>
        <DeclarationID><xsl:value-of select="m:Declaration/m:ID"/></DeclarationID>
        <Code><xsl:value-of select="$code"/></Code>
        <StatementCode><xsl:value-of select="$statement"/></StatementCode>
        <xsl:if test="string($description)">
          <StatementDescription><xsl:value-of select="$description"/></StatementDescription>
        </xsl:if>
        <OccurredDateTime><xsl:value-of select="substring($compact, 1, 14)"/></OccurredDateTime>
      </Response>
    </Manifest>
  </xsl:template>
</xsl:stylesheet>
