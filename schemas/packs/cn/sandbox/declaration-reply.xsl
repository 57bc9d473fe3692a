<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated office's reply to an export declaration. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:c="http://www.chinaport.gov.cn/dec"
    xmlns="http://www.chinaport.gov.cn/dec"
    exclude-result-prefixes="c">

  <xsl:param name="message-id"/>
  <xsl:param name="compact"/>
  <xsl:param name="number18"/>
  <xsl:param name="code"/>
  <xsl:param name="error"/>
  <xsl:param name="pointer"/>

  <xsl:template match="/c:DecMessage">
    <DecImportResponse>
      <ResponseCode><xsl:value-of select="$code"/></ResponseCode>
      <xsl:if test="string($error)">
        <ErrorMessage><xsl:value-of select="$error"/></ErrorMessage>
      </xsl:if>
      <xsl:if test="string($pointer)"><Pointer><xsl:value-of select="$pointer"/></Pointer></xsl:if>
      <IEFlag><xsl:value-of select="c:DecHead/c:IEFlag"/></IEFlag>
      <ClientSeqNo><xsl:value-of select="c:DecHead/c:ClientSeqNo"/></ClientSeqNo>
      <xsl:if test="$code != '03'">
        <!-- Office (4), year (4), import or export (1), serial number (9). -->
        <EntryId>
          <xsl:value-of
              select="concat(c:DecHead/c:CustomMaster, substring($number18, 5, 4),
                      number(c:DecHead/c:IEFlag = 'I'), substring($number18, 10))"/>
        </EntryId>
      </xsl:if>
      <NoticeDate><xsl:value-of select="substring($compact, 1, 14)"/></NoticeDate>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
    </DecImportResponse>
  </xsl:template>
</xsl:stylesheet>
