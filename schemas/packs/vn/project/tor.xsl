<?xml version="1.0" encoding="UTF-8"?>
<!-- TOR: the vehicle leaves by the border gate; the same fields as TIR. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:import href="tir.xsl"/>

  <!-- When it is expected there: as told since it set out, else as declared. -->
  <xsl:template name="at-the-gate">
    <xsl:value-of select="$exit/@expected | $exit[not(@expected)]/@at"/>
  </xsl:template>

  <!-- A foreign vehicle goes home: this is its re-export. -->
  <xsl:template name="temporary">
    <xsl:param name="at"/>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'REX'"/>
      <xsl:with-param name="at" select="$at"/>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
