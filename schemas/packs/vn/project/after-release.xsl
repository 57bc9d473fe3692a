<?xml version="1.0" encoding="UTF-8"?>
<!-- AMA registers what was wrong in a declaration that is released, AMC declares it. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <!-- AMA-E and AMC-E speak of an export. -->
  <xsl:variable name="kind">
    <xsl:choose>
      <xsl:when test="contains($message/@type, '-E')">export</xsl:when>
      <xsl:otherwise>import</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="stands" select="$movement/p:Procedure[@kind = concat('vn-', $kind)]/@state"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$stands = 'released' or $stands = 'closed'">
        <Job>
          <xsl:call-template name="header">
            <xsl:with-param name="code" select="substring($message/@type, 1, 3)"/>
          </xsl:call-template>
          <xsl:call-template name="number">
            <xsl:with-param name="name" select="'NUM'"/>
            <xsl:with-param name="kind" select="string($kind)"/>
          </xsl:call-template>
          <xsl:if test="starts-with($message/@type, 'AMA')">
            <xsl:call-template name="corrected"/>
          </xsl:if>
        </Job>
      </xsl:when>
      <xsl:otherwise><p:Messages/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="corrected">
    <xsl:variable name="changed" select="$movement/p:Happened[@kind = 'amended'][last()]
                                         /p:Fact[@name = 'changed']"/>
    <Field name="CHC"><xsl:value-of select="$message/@national-office"/></Field>
    <xsl:call-template name="reason">
      <xsl:with-param name="name" select="'RSN'"/>
    </xsl:call-template>
    <!-- More than fits is left out, never cut: the sums below say it as well. -->
    <xsl:if test="string-length($changed) &lt; 601">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'CHG'"/>
        <xsl:with-param name="value" select="$changed"/>
      </xsl:call-template>
    </xsl:if>
    <Field name="PCS"><xsl:value-of select="/p:Prepared/p:Totals/@packages"/></Field>
    <Field name="GWT"><xsl:value-of select="/p:Prepared/p:Totals/@gross-mass"/></Field>
    <xsl:call-template name="mapped">
      <xsl:with-param name="name" select="'WUT'"/>
      <xsl:with-param name="list" select="'units'"/>
      <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
    </xsl:call-template>
    <Field name="TVA"><xsl:value-of select="/p:Prepared/p:Totals/@value"/></Field>
  </xsl:template>
</xsl:stylesheet>
