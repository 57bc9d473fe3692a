<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated office of destination releases an import; it quotes the number it gave, no message. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:fullroute:exchange:1:notice"
    xmlns="http://www.chinaport.gov.cn/dec"
    exclude-result-prefixes="n">

  <xsl:param name="compact"/>

  <xsl:template match="/n:MovementNotice">
    <DecImportResponse>
      <ResponseCode>11</ResponseCode>
      <IEFlag>I</IEFlag>
      <ClientSeqNo><xsl:value-of select="n:Movement/n:FunctionalReferenceID"/></ClientSeqNo>
      <EntryId><xsl:value-of select="n:Movement/n:EntryID"/></EntryId>
      <NoticeDate><xsl:value-of select="substring($compact, 1, 14)"/></NoticeDate>
    </DecImportResponse>
  </xsl:template>
</xsl:stylesheet>
