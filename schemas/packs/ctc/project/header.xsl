<?xml version="1.0" encoding="UTF-8"?>
<!-- What every common transit message begins with. Times are UTC and do not say so. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" exclude-result-prefixes="p d">

  <xsl:variable name="message" select="/p:Prepared/p:Message"/>
  <xsl:variable name="movement" select="/p:Prepared/p:Movement"/>
  <xsl:variable name="mrn" select="$movement/p:Procedure[@kind = 'ctc-transit']/p:Number[@kind = 'mrn']"/>
  <xsl:variable name="released" select="$movement/p:Happened[@kind = 'released'][1]"/>

  <xsl:template name="header">
    <xsl:param name="sender" select="$message/@sender"/>
    <messageSender><xsl:value-of select="$sender"/></messageSender>
    <messageRecipient>NTA.<xsl:value-of select="substring($message/@office, 1, 2)"/></messageRecipient>
    <preparationDateAndTime><xsl:value-of select="substring($message/@at-utc, 1, 19)"/></preparationDateAndTime>
    <messageIdentification><xsl:value-of select="substring-after($message/@id, '_')"/></messageIdentification>
    <messageType><xsl:value-of select="$message/@type"/></messageType>
  </xsl:template>

  <!-- The trader's own messages are sent in the name of whoever declared. -->
  <xsl:template name="trader-header">
    <xsl:variable name="declared" select="/p:Prepared/d:Declaration/d:Submission/d:SenderID"/>
    <xsl:call-template name="header">
      <xsl:with-param name="sender"><xsl:value-of select="$declared"/><xsl:if test="not($declared)"><xsl:value-of select="$message/@sender"/></xsl:if></xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- An accepted declaration is named by its MRN, one that is not by the trader's reference (C0467). -->
  <xsl:template name="one-reference">
    <xsl:choose>
      <xsl:when test="$mrn"><MRN><xsl:value-of select="$mrn"/></MRN></xsl:when>
      <xsl:otherwise><LRN><xsl:value-of select="$movement/@lrn"/></LRN></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Office records name the movement they belong to. -->
  <xsl:template name="correlation">
    <correlationIdentifier><xsl:value-of select="$movement/@reference"/></correlationIdentifier>
  </xsl:template>

  <xsl:template name="phase">
    <xsl:attribute name="PhaseID">
      <xsl:choose>
        <xsl:when test="/p:Prepared/d:Declaration/d:Submission/d:PhaseCode"><xsl:value-of select="/p:Prepared/d:Declaration/d:Submission/d:PhaseCode"/></xsl:when>
        <xsl:otherwise>NCTS5.1</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <!-- When the goods are expected at a declared office, in UTC. -->
  <xsl:template name="expected">
    <xsl:value-of select="substring(/p:Prepared/p:Stop[@sequence = current()/../d:SequenceNumeric]/@at-utc, 1, 19)"/>
  </xsl:template>

  <!-- Whose authorisation it is was not asked for before phase 6. -->
  <xsl:template match="d:HolderID"/>

  <!-- A declared value, or what silence means. -->
  <xsl:template name="security">
    <xsl:variable name="declared" select="d:TransitOperation/d:SecurityCode"/>
    <security><xsl:value-of select="$declared"/><xsl:if test="not($declared)">0</xsl:if></security>
  </xsl:template>
  <xsl:template name="reduced">
    <xsl:variable name="declared" select="d:TransitOperation/d:ReducedDatasetIndicator"/>
    <reducedDatasetIndicator><xsl:value-of select="$declared"/><xsl:if test="not($declared)">0</xsl:if></reducedDatasetIndicator>
  </xsl:template>
  <xsl:template name="binding">
    <xsl:variable name="declared" select="/p:Prepared/d:Declaration/d:TransitOperation/d:BindingItineraryIndicator"/>
    <bindingItinerary><xsl:value-of select="$declared"/><xsl:if test="not($declared)">0</xsl:if></bindingItinerary>
  </xsl:template>
</xsl:stylesheet>
