<?xml version="1.0" encoding="UTF-8"?>
<!-- News of one office, passed on: which movement, what happened, where. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="header.xsl"/>
  <xsl:variable name="arrived" select="$movement/p:Happened[@kind = 'arrived'][1]"/>
  <xsl:variable name="controlled" select="$movement/p:Happened[@kind = 'controlled'][last()]"/>

  <xsl:template match="/">
    <xsl:apply-templates select="p:Prepared/d:Declaration"/>
  </xsl:template>

  <xsl:template name="beginning">
    <xsl:call-template name="phase"/>
    <xsl:call-template name="header"/>
    <xsl:call-template name="correlation"/>
  </xsl:template>

  <xsl:template name="from-departure">
    <CustomsOfficeOfDeparture><referenceNumber><xsl:value-of select="d:Itinerary/d:Office[d:RoleCode = 'departure']/d:ID"/></referenceNumber></CustomsOfficeOfDeparture>
  </xsl:template>

  <!-- The office that is told, as what it is on the way. -->
  <xsl:template name="recipient">
    <xsl:variable name="told"><referenceNumber><xsl:value-of select="$message/@office"/></referenceNumber></xsl:variable>
    <xsl:choose>
      <xsl:when test="$message/@role = 'transit'"><CustomsOfficeOfTransitDeclared><xsl:copy-of select="$told"/></CustomsOfficeOfTransitDeclared></xsl:when>
      <xsl:when test="$message/@role = 'exit'"><CustomsOfficeOfExitForTransitDeclared><xsl:copy-of select="$told"/></CustomsOfficeOfExitForTransitDeclared></xsl:when>
      <xsl:otherwise><CustomsOfficeOfDestinationDeclared><xsl:copy-of select="$told"/></CustomsOfficeOfDestinationDeclared></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
