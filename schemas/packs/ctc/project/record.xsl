<?xml version="1.0" encoding="UTF-8"?>
<!-- The record an office ahead gets at release, or when it asks: what was declared, less what only the office of departure
     may see (LRN, kind of pre-lodging, authorisations, guarantee, representative, contact persons,
     location of goods), plus MRN, dates, control result and what befell the goods since (G0143). Rule C0812: outside the security area the
     specific circumstance, exit offices, carrier, place of unloading and transport charges are withheld. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="p d">
  <xsl:include href="header.xsl"/>
  <xsl:include href="body.xsl"/>
  <xsl:include href="incidents.xsl"/>
  <xsl:variable name="record" select="true()"/>
  <xsl:variable name="withheld" select="not(/p:Prepared/p:List[@name = 'security-area']/p:Entry[@from = substring($message/@office, 1, 2)])"/>

  <xsl:template match="/">
    <xsl:apply-templates select="p:Prepared/d:Declaration"/>
  </xsl:template>

  <xsl:template name="record">
    <xsl:param name="carnet" select="true()"/>
    <xsl:call-template name="phase"/>
    <xsl:call-template name="header"/>
    <xsl:call-template name="correlation"/>
    <TransitOperation>
      <MRN><xsl:value-of select="$mrn"/></MRN>
      <xsl:call-template name="recorded-operation"><xsl:with-param name="carnet" select="$carnet"/></xsl:call-template>
    </TransitOperation>
    <xsl:call-template name="recorded-offices"/>
    <xsl:call-template name="recorded-goods"/>
  </xsl:template>

  <xsl:template name="recorded-operation">
    <xsl:param name="carnet" select="true()"/>
    <xsl:apply-templates select="d:TypeCode"/>
    <xsl:if test="$carnet"><xsl:apply-templates select="d:TransitOperation/d:TIRCarnetID"/></xsl:if>
    <declarationAcceptanceDate><xsl:call-template name="fact"><xsl:with-param name="name">acceptance-date</xsl:with-param></xsl:call-template></declarationAcceptanceDate>
    <releaseDate><xsl:call-template name="fact"><xsl:with-param name="name">release-date</xsl:with-param></xsl:call-template></releaseDate>
    <xsl:call-template name="security"/>
    <xsl:call-template name="reduced"/>
    <xsl:if test="not($withheld)"><xsl:apply-templates select="d:TransitOperation/d:SpecificCircumstancesCode"/></xsl:if>
    <xsl:call-template name="binding"/>
  </xsl:template>

  <xsl:template name="recorded-offices">
    <xsl:call-template name="departure"/>
    <xsl:call-template name="destination"/>
    <xsl:call-template name="transits"/>
    <xsl:if test="not($withheld)"><xsl:call-template name="exits"/></xsl:if>
  </xsl:template>

  <xsl:template name="recorded-goods">
    <xsl:call-template name="holder"/>
    <ControlResult>
      <code>
        <xsl:value-of select="$released/p:Fact[@name = 'control-code']"/>
        <xsl:if test="not($released/p:Fact[@name = 'control-code'])">A2</xsl:if>
      </code>
      <date><xsl:call-template name="fact"><xsl:with-param name="name">control-date</xsl:with-param></xsl:call-template></date>
    </ControlResult>
    <xsl:apply-templates select="d:Consignment"/>
  </xsl:template>

  <xsl:template match="d:Consignment" priority="1">
    <Consignment>
      <xsl:call-template name="consigned"/>
      <xsl:call-template name="incidents"/>
    </Consignment>
  </xsl:template>

  <!-- A day the release told, else the day of the release itself (UTC). -->
  <xsl:template name="fact">
    <xsl:param name="name"/>
    <xsl:variable name="told" select="$released/p:Fact[@name = $name]"/>
    <xsl:value-of select="$told"/>
    <xsl:if test="not($told)"><xsl:value-of select="substring($released/@at-utc, 1, 10)"/></xsl:if>
  </xsl:template>
</xsl:stylesheet>
