<?xml version="1.0" encoding="UTF-8"?>
<!-- What every answer of the simulated offices begins with. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:date="http://exslt.org/dates-and-times" exclude-result-prefixes="date">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="office"/>
  <xsl:param name="now"/>
  <xsl:param name="mrn"/>

  <!-- The office's local time with offset, as UTC without one. -->
  <xsl:variable name="utc">
    <xsl:variable name="sign" select="substring($now, 20, 1)"/>
    <xsl:choose>
      <xsl:when test="($sign = '+' or $sign = '-') and substring($now, 21, 5) != '00:00'">
        <xsl:variable name="back" select="concat(substring('-', 1, number($sign = '+')), 'PT', number(substring($now, 21, 2)), 'H', number(substring($now, 24, 2)), 'M')"/>
        <xsl:value-of select="substring(date:add(concat(substring($now, 1, 19), 'Z'), $back), 1, 19)"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="substring($now, 1, 19)"/></xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="day" select="substring($utc, 1, 10)"/>

  <xsl:template name="head">
    <xsl:param name="type"/>
    <xsl:param name="quoted" select="substring-after($message-id, '_')"/>
    <xsl:copy-of select="/*/@PhaseID"/>
    <messageSender>NTA.<xsl:value-of select="substring($office, 1, 2)"/></messageSender>
    <messageRecipient><xsl:value-of select="/*/messageSender"/></messageRecipient>
    <preparationDateAndTime><xsl:value-of select="$utc"/></preparationDateAndTime>
    <messageIdentification><xsl:value-of select="substring(translate($id, '_', ''), 1, 35)"/></messageIdentification>
    <messageType><xsl:value-of select="$type"/></messageType>
    <xsl:if test="$quoted"><correlationIdentifier><xsl:value-of select="$quoted"/></correlationIdentifier></xsl:if>
  </xsl:template>

  <!-- An office of this administration that the record declares as one of transit or of exit, else the one that answers. -->
  <xsl:template name="own">
    <xsl:param name="declared"/>
    <xsl:variable name="mine" select="$declared[substring(referenceNumber, 1, 2) = substring($office, 1, 2)]"/>
    <referenceNumber>
      <xsl:choose>
        <xsl:when test="$mine"><xsl:value-of select="$mine[1]/referenceNumber"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$office"/></xsl:otherwise>
      </xsl:choose>
    </referenceNumber>
  </xsl:template>

  <!-- What the trader called the declaration, and the number the office gives it. -->
  <xsl:template name="known-as">
    <xsl:copy-of select="/*/TransitOperation/LRN | /*/TransitOperation/MRN"/>
  </xsl:template>

  <xsl:template name="departure-and-holder">
    <xsl:copy-of select="/*/CustomsOfficeOfDeparture"/>
    <HolderOfTheTransitProcedure>
      <xsl:copy-of select="/*/HolderOfTheTransitProcedure/*[not(self::ContactPerson)]"/>
    </HolderOfTheTransitProcedure>
  </xsl:template>
</xsl:stylesheet>
