<?xml version="1.0" encoding="UTF-8"?>
<!-- A control on demand: the LRN begins with CONTROL. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC060C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC060C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/LRN"/>
        <MRN><xsl:value-of select="$mrn"/></MRN>
        <controlNotificationDateAndTime><xsl:value-of select="$utc"/></controlNotificationDateAndTime>
        <notificationType>0</notificationType>
      </TransitOperation>
      <xsl:call-template name="departure-and-holder"/>
    </ncts:CC060C>
  </xsl:template>
</xsl:stylesheet>
