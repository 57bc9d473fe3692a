<?xml version="1.0" encoding="UTF-8"?>
<!-- RMR and DRM: the manifest of a train; RIR and ROR: the train itself arrives or leaves. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:variable name="job" select="string($message/@type)"/>
  <xsl:variable name="wagons" select="$leg/d:Vehicle[@kind = 'wagon']"/>

  <!-- The two stations face each other: having left one is arriving at the other. -->
  <xsl:variable name="exited" select="$movement/p:Happened[@kind = 'exited'][last()]/@at"/>
  <xsl:variable name="at">
    <xsl:choose>
      <xsl:when test="$job = 'ROR'"><xsl:value-of select="$exit/@at"/></xsl:when>
      <xsl:when test="$exited != ''"><xsl:value-of select="$exited"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$entry/@at"/></xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <!-- A truck or ship is reported by other jobs: nothing is owed. -->
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$by-rail"><xsl:call-template name="train"/></xsl:when>
      <xsl:otherwise><p:Messages/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="train">
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="$job"/>
      </xsl:call-template>
      <Field name="ABG"><xsl:value-of select="$message/@national-office"/></Field>
      <Field name="TRN"><xsl:value-of select="/p:Prepared/p:Trip/@batch"/></Field>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'LOC'"/>
        <xsl:with-param name="value" select="$leg/d:Vehicle[@kind = 'locomotive'][1]/d:Plate[1]"/>
      </xsl:call-template>
      <xsl:call-template name="day">
        <xsl:with-param name="name" select="'ADT'"/>
        <xsl:with-param name="at" select="$at"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'AMT'"/>
        <xsl:with-param name="value" select="concat(substring($at, 12, 2), substring($at, 15, 2))"/>
      </xsl:call-template>
      <xsl:if test="$job = 'RMR' or $job = 'DRM'"><xsl:call-template name="manifest"/></xsl:if>
    </Job>
  </xsl:template>

  <xsl:template name="manifest">
    <Group name="cargo">
      <Field name="CGN"><xsl:value-of select="$cargo-number"/></Field>
      <xsl:call-template name="in-vietnamese">
        <xsl:with-param name="name" select="'CGD'"/>
        <xsl:with-param name="texts"
            select="($consignment/d:HouseConsignment/d:GoodsItem)[1]/d:Commodity/d:Description"/>
      </xsl:call-template>
      <Field name="PCS"><xsl:value-of select="/p:Prepared/p:Totals/@packages"/></Field>
      <Field name="GWT"><xsl:value-of select="/p:Prepared/p:Totals/@gross-mass"/></Field>
      <xsl:call-template name="mapped">
        <xsl:with-param name="name" select="'WUT'"/>
        <xsl:with-param name="list" select="'units'"/>
        <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
      </xsl:call-template>
    </Group>
    <xsl:for-each select="$wagons/d:Plate[1]">
      <Group name="wagon">
        <Field name="WGN"><xsl:value-of select="."/></Field>
      </Group>
    </xsl:for-each>
    <xsl:call-template name="equipment"/>
  </xsl:template>
</xsl:stylesheet>
