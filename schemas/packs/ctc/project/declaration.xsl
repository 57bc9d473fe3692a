<?xml version="1.0" encoding="UTF-8"?>
<!-- The declaration as it stands, from its kind on: the same whether it opens the procedure or amends it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="header.xsl"/>
  <xsl:include href="body.xsl"/>
  <xsl:variable name="record" select="false()"/>
  <xsl:variable name="withheld" select="false()"/>

  <xsl:template match="/">
    <xsl:apply-templates select="p:Prepared/d:Declaration"/>
  </xsl:template>

  <xsl:template name="declared-operation">
    <xsl:apply-templates select="d:TypeCode"/>
    <xsl:apply-templates select="d:AdditionalTypeCode"/>
    <xsl:apply-templates select="d:TransitOperation/d:TIRCarnetID"/>
    <xsl:apply-templates select="d:TransitOperation/d:PresentationDateTime"/>
    <xsl:call-template name="security"/>
    <xsl:call-template name="reduced"/>
    <xsl:apply-templates select="d:TransitOperation/d:SpecificCircumstancesCode"/>
    <xsl:apply-templates select="d:TransitOperation/d:CommunicationLanguageCode"/>
    <xsl:call-template name="binding"/>
    <xsl:apply-templates select="d:TransitOperation/d:LimitDate"/>
  </xsl:template>

  <xsl:template name="declared">
    <xsl:apply-templates select="d:Authorisation"/>
    <xsl:call-template name="departure"/>
    <xsl:call-template name="destination"/>
    <xsl:call-template name="transits"/>
    <xsl:call-template name="exits"/>
    <xsl:call-template name="holder"/>
    <xsl:call-template name="representative"/>
    <xsl:apply-templates select="d:Guarantee"/>
    <xsl:apply-templates select="d:Consignment"/>
  </xsl:template>
</xsl:stylesheet>
