<?xml version="1.0" encoding="UTF-8"?>
<!-- EDC: declare what was registered; its number says which. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:fullroute:job:1">
  <xsl:include href="common.xsl"/>

  <xsl:template match="/">
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="'EDC'"/>
      </xsl:call-template>
      <xsl:call-template name="number">
        <xsl:with-param name="name" select="'ECN'"/>
        <xsl:with-param name="kind" select="'export'"/>
      </xsl:call-template>
    </Job>
  </xsl:template>
</xsl:stylesheet>
