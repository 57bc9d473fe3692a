<?xml version="1.0" encoding="UTF-8"?>
<!-- The answer to an office that asked for the record it has none of: the record as it stands now (G0143),
     or, where there is nothing to be sent on its way any more, why not, and nothing else (C0811, C0365, C0466). It
     quotes the question (C0511). -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="record.xsl"/>
  <xsl:variable name="asked" select="$movement/p:Happened[@kind = 'record-asked'][@office = $message/@office][last()]"/>
  <xsl:variable name="standing" select="$movement/p:Procedure[@kind = 'ctc-transit']/@state"/>
  <xsl:variable name="refusal">
    <xsl:choose>
      <xsl:when test="$standing = 'invalidated'">invalidated</xsl:when>
      <xsl:when test="not($released)">not-released</xsl:when>
      <xsl:when test="$movement/p:Happened[@kind = 'arrived'][@office != $message/@office]">arrived-elsewhere</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <xsl:template match="d:Declaration">
    <ncts:CD003C>
      <xsl:call-template name="phase"/>
      <xsl:call-template name="header"/>
      <xsl:for-each select="$asked/p:Fact[@name = 'request']"><correlationIdentifier><xsl:value-of select="."/></correlationIdentifier></xsl:for-each>
      <xsl:choose>
        <xsl:when test="string($refusal)">
          <TransitOperation>
            <MRN><xsl:value-of select="$mrn"/></MRN>
            <requestRejectionReasonCode><xsl:value-of select="/p:Prepared/p:List[@name = 'record-refusals']/p:Entry[@from = $refusal]/@to"/></requestRejectionReasonCode>
          </TransitOperation>
          <xsl:call-template name="asker"/>
        </xsl:when>
        <xsl:otherwise>
          <TransitOperation>
            <MRN><xsl:value-of select="$mrn"/></MRN>
            <xsl:call-template name="recorded-operation"/>
          </TransitOperation>
          <xsl:call-template name="recorded-offices"/>
          <xsl:call-template name="asker"/>
          <xsl:call-template name="recorded-goods"/>
        </xsl:otherwise>
      </xsl:choose>
    </ncts:CD003C>
  </xsl:template>

  <xsl:template name="asker">
    <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$message/@office"/></referenceNumber></CustomsOfficeOfDestinationActual>
  </xsl:template>
</xsl:stylesheet>
