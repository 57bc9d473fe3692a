<?xml version="1.0" encoding="UTF-8"?>
<!-- BOA: the transport starts when the vehicle has entered. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p">
  <xsl:include href="common.xsl"/>

  <xsl:template match="/">
    <xsl:variable name="entered" select="$movement/p:Happened[@kind = 'entered'][last()]/@at"/>
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="'BOA'"/>
      </xsl:call-template>
      <xsl:call-template name="number">
        <xsl:with-param name="name" select="'OLT'"/>
        <xsl:with-param name="kind" select="'transport'"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'DPR'"/>
        <xsl:with-param name="value" select="$entry/@national-office"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'ARR'"/>
        <xsl:with-param name="value" select="$destination/@national-office"/>
      </xsl:call-template>
      <xsl:call-template name="day">
        <xsl:with-param name="name" select="'SDT'"/>
        <xsl:with-param name="at" select="$entered"/>
      </xsl:call-template>
      <xsl:call-template name="hour">
        <xsl:with-param name="name" select="'SDH'"/>
        <xsl:with-param name="at" select="$entered"/>
      </xsl:call-template>
    </Job>
  </xsl:template>
</xsl:stylesheet>
