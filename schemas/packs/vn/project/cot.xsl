<?xml version="1.0" encoding="UTF-8"?>
<!-- COT: correct the declared transport, or cancel it. A correction says everything anew. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p">
  <xsl:import href="ola.xsl"/>

  <xsl:variable name="stands" select="$movement/p:Procedure[@kind = 'vn-transport']/@state"/>

  <!-- A transport that is over, or was refused, is corrected no more. -->
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$stands = 'closed' or $stands = 'invalidated' or $stands = 'refused'">
        <p:Messages/>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="correction"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="correction">
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="'COT'"/>
      </xsl:call-template>
      <xsl:call-template name="number">
        <xsl:with-param name="name" select="'OLT'"/>
        <xsl:with-param name="kind" select="'transport'"/>
      </xsl:call-template>
      <Field name="FNC"><xsl:value-of select="$change"/></Field>
      <xsl:call-template name="reason">
        <xsl:with-param name="name" select="'RSN'"/>
      </xsl:call-template>
      <xsl:choose>
        <xsl:when test="$change = 1">
          <Field name="CHC"><xsl:value-of select="$message/@national-office"/></Field>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="transport"/>
          <xsl:call-template name="stops"/>
        </xsl:otherwise>
      </xsl:choose>
    </Job>
  </xsl:template>

  <!-- Where it calls between its two ends. -->
  <xsl:template name="stops">
    <xsl:for-each select="$stops[position() &gt; 1 and position() &lt; last()]">
      <Group name="stop">
        <Field name="STP"><xsl:value-of select="@national-office"/></Field>
        <xsl:call-template name="day">
          <xsl:with-param name="name" select="'STA'"/>
          <xsl:with-param name="at" select="@at"/>
        </xsl:call-template>
      </Group>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
