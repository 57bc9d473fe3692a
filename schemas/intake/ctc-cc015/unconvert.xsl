<?xml version="1.0" encoding="UTF-8"?>
<!-- The enterprise declaration back to the CC015C it was converted from, header and all. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="d">
  <xsl:include href="body.xsl"/>
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:variable name="record" select="false()"/>
  <xsl:variable name="withheld" select="false()"/>

  <xsl:template match="/">
    <xsl:apply-templates select="d:Declaration"/>
  </xsl:template>

  <xsl:template name="expected"><xsl:value-of select="."/></xsl:template>
  <xsl:template match="d:SecurityCode"><security><xsl:value-of select="."/></security></xsl:template>
  <xsl:template match="d:ReducedDatasetIndicator"><reducedDatasetIndicator><xsl:value-of select="."/></reducedDatasetIndicator></xsl:template>
  <xsl:template match="d:BindingItineraryIndicator"><bindingItinerary><xsl:value-of select="."/></bindingItinerary></xsl:template>

  <xsl:template match="d:HolderID"><holderOfAuthorisation><xsl:value-of select="."/></holderOfAuthorisation></xsl:template>

  <xsl:template match="d:Declaration">
    <ncts:CC015C>
      <xsl:for-each select="d:Submission/d:PhaseCode"><xsl:attribute name="PhaseID"><xsl:value-of select="."/></xsl:attribute></xsl:for-each>
      <xsl:for-each select="d:Submission/d:SenderID"><messageSender><xsl:value-of select="."/></messageSender></xsl:for-each>
      <xsl:for-each select="d:Submission/d:RecipientID"><messageRecipient><xsl:value-of select="."/></messageRecipient></xsl:for-each>
      <xsl:for-each select="d:IssueDateTime"><preparationDateAndTime><xsl:value-of select="."/></preparationDateAndTime></xsl:for-each>
      <xsl:for-each select="d:Submission/d:MessageID"><messageIdentification><xsl:value-of select="."/></messageIdentification></xsl:for-each>
      <xsl:for-each select="d:Submission/d:MessageTypeCode"><messageType><xsl:value-of select="."/></messageType></xsl:for-each>
      <xsl:for-each select="d:Submission/d:CorrelationID"><correlationIdentifier><xsl:value-of select="."/></correlationIdentifier></xsl:for-each>
      <TransitOperation>
        <xsl:apply-templates select="d:FunctionalReferenceID"/>
        <xsl:apply-templates select="d:TypeCode"/>
        <xsl:apply-templates select="d:AdditionalTypeCode"/>
        <xsl:apply-templates select="d:TransitOperation/*"/>
      </TransitOperation>
      <xsl:apply-templates select="d:Authorisation"/>
      <xsl:call-template name="departure"/>
      <xsl:call-template name="destination"/>
      <xsl:call-template name="transits"/>
      <xsl:call-template name="exits"/>
      <xsl:call-template name="holder"/>
      <xsl:call-template name="representative"/>
      <xsl:apply-templates select="d:Guarantee"/>
      <xsl:apply-templates select="d:Consignment"/>
    </ncts:CC015C>
  </xsl:template>
</xsl:stylesheet>
