<?xml version="1.0" encoding="UTF-8"?>
<!-- MT4401, loaded vehicle confirmation at entry: as MT4402, with the number of the import declaration. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns:exslt="http://exslt.org/common"
    xmlns="urn:Declaration:datamodel:standard:CN:MT4402:1"
    exclude-result-prefixes="p d exslt">

  <xsl:import href="mt4402.xsl"/>

  <xsl:variable name="declared-under" select="'cn-import'"/>

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
</xsl:stylesheet>
