<?xml version="1.0" encoding="UTF-8"?>
<!-- What an office says on demand besides its routine answers: the movement, and one thing about it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:include href="common.xsl"/>
  <xsl:param name="type"/>
  <xsl:param name="element"/>
  <xsl:param name="text"/>
  <xsl:template match="/">
    <xsl:element name="ncts:{$type}" namespace="http://ncts.dgtaxud.ec">
      <xsl:call-template name="head"><xsl:with-param name="type" select="$type"/></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/MRN"/>
        <xsl:if test="$element"><xsl:element name="{$element}"><xsl:value-of select="$text"/></xsl:element></xsl:if>
      </TransitOperation>
    </xsl:element>
  </xsl:template>
</xsl:stylesheet>
