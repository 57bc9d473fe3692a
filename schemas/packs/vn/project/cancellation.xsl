<?xml version="1.0" encoding="UTF-8"?>
<!-- CancellationRequest, our own format: no job that cancels a declared import or export is known. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:exchange:1:cancellation"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:variable name="numbers" select="$movement/p:Procedure[@kind = 'vn-import' or @kind = 'vn-export']
                                       /p:Number[@kind = 'import' or @kind = 'export']"/>
  <xsl:variable name="asked" select="$movement/p:Happened[@kind = 'invalidation-asked'][last()]"/>

  <xsl:template match="/p:Prepared">
    <CancellationRequest version="1">
      <MessageID><xsl:value-of select="$message/@id"/></MessageID>
      <TypeCode><xsl:value-of select="$message/@type"/></TypeCode>
      <RecipientOfficeID><xsl:value-of select="$message/@office"/></RecipientOfficeID>
      <IssueDateTime><xsl:value-of select="$message/@at"/></IssueDateTime>
      <DeclarationID><xsl:value-of select="$numbers[1]"/></DeclarationID>
      <FunctionalReferenceID><xsl:value-of select="$movement/@lrn"/></FunctionalReferenceID>
      <MovementReference><xsl:value-of select="$movement/@reference"/></MovementReference>
      <xsl:for-each select="$asked/p:Fact[@name = 'reason' or @name = 'text'][normalize-space()]">
        <Reason><xsl:value-of select="substring(normalize-space(), 1, 255)"/></Reason>
      </xsl:for-each>
    </CancellationRequest>
  </xsl:template>
</xsl:stylesheet>
