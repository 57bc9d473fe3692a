<?xml version="1.0" encoding="UTF-8"?>
<!-- MT1401, import original manifest: as MT2401, filed by the carrier, with the place and time of unloading. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns:exslt="http://exslt.org/common"
    xmlns="urn:Declaration:datamodel:standard:CN:MT2401:1"
    exclude-result-prefixes="p d exslt">

  <xsl:import href="mt2401.xsl"/>

  <xsl:variable name="filer" select="$carrier"/>

  <xsl:template match="/p:Prepared">
    <xsl:variable name="made"><xsl:apply-imports/></xsl:variable>
    <xsl:apply-templates select="exslt:node-set($made)/*" mode="own"/>
  </xsl:template>

  <!-- The same elements, all in the namespace of this type. -->
  <xsl:template match="*" mode="own">
    <xsl:element name="{local-name()}" namespace="{$manifest-namespace}">
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates mode="own"/>
    </xsl:element>
  </xsl:template>

  <!-- Where the goods will be unloaded, and when: in the place where MT2401 has their loading. -->
  <xsl:template name="loading">
    <xsl:variable name="end" select="$stops[@role = 'destination'][last()]"/>
    <UnloadingLocation>
      <ID><xsl:value-of select="$consignment/d:UnloadingLocation/d:ID"/></ID>
      <xsl:if test="string($end/@at)">
        <ArrivalDateTime>
          <xsl:call-template name="digits14">
            <xsl:with-param name="at" select="$end/@at"/>
          </xsl:call-template>
        </ArrivalDateTime>
      </xsl:if>
    </UnloadingLocation>
  </xsl:template>
</xsl:stylesheet>
