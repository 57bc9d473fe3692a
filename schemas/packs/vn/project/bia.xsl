<?xml version="1.0" encoding="UTF-8"?>
<!-- BIA: the transport has arrived, with its cargo and seals. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:template match="/">
    <!-- Without the answer to BOA the start is the entry. -->
    <xsl:variable name="started" select="$movement/p:Happened[@kind = 'transit-started'][last()]/@at"/>
    <xsl:variable name="entered" select="$movement/p:Happened[@kind = 'entered'][last()]/@at"/>
    <xsl:variable name="begun">
      <xsl:choose>
        <xsl:when test="$started != ''"><xsl:value-of select="$started"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$entered"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="arrived" select="$movement/p:Happened[@kind = 'arrived'][last()]"/>
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="'BIA'"/>
      </xsl:call-template>
      <xsl:call-template name="number">
        <xsl:with-param name="name" select="'OLT'"/>
        <xsl:with-param name="kind" select="'transport'"/>
      </xsl:call-template>
      <xsl:call-template name="day">
        <xsl:with-param name="name" select="'SDT'"/>
        <xsl:with-param name="at" select="$begun"/>
      </xsl:call-template>
      <xsl:call-template name="hour">
        <xsl:with-param name="name" select="'SDH'"/>
        <xsl:with-param name="at" select="$begun"/>
      </xsl:call-template>
      <xsl:call-template name="day">
        <xsl:with-param name="name" select="'EDT'"/>
        <xsl:with-param name="at" select="$arrived/@at"/>
      </xsl:call-template>
      <xsl:call-template name="hour">
        <xsl:with-param name="name" select="'EDH'"/>
        <xsl:with-param name="at" select="$arrived/@at"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'REM'"/>
        <xsl:with-param name="value" select="$arrived/p:Fact[@name = 'remarks']"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'ACT'"/>
        <xsl:with-param name="value" select="$arrived/p:Fact[@name = 'action']"/>
      </xsl:call-template>
      <Group name="cargo">
        <Field name="CGN"><xsl:value-of select="$cargo-number"/></Field>
        <Field name="PCS"><xsl:value-of select="/p:Prepared/p:Totals/@packages"/></Field>
        <Field name="GWT"><xsl:value-of select="/p:Prepared/p:Totals/@gross-mass"/></Field>
        <xsl:call-template name="mapped">
          <xsl:with-param name="name" select="'WUT'"/>
          <xsl:with-param name="list" select="'units'"/>
          <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
        </xsl:call-template>
      </Group>
      <xsl:call-template name="equipment"/>
    </Job>
  </xsl:template>
</xsl:stylesheet>
