<?xml version="1.0" encoding="UTF-8"?>
<!-- What the destination told, passed on to the office of departure. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="p d">
  <xsl:include href="header.xsl"/>
  <xsl:variable name="arrived" select="$movement/p:Happened[@kind = 'arrived'][1]"/>
  <xsl:variable name="controlled" select="$movement/p:Happened[@kind = 'controlled'][last()]"/>

  <xsl:template match="/">
    <xsl:apply-templates select="p:Prepared/d:Declaration"/>
  </xsl:template>

  <xsl:template name="offices">
    <xsl:param name="told"/>
    <CustomsOfficeOfDeparture><referenceNumber><xsl:value-of select="d:Itinerary/d:Office[d:RoleCode = 'departure']/d:ID"/></referenceNumber></CustomsOfficeOfDeparture>
    <CustomsOfficeOfDestinationActual><referenceNumber><xsl:value-of select="$told/@office"/></referenceNumber></CustomsOfficeOfDestinationActual>
  </xsl:template>
</xsl:stylesheet>
