<?xml version="1.0" encoding="UTF-8"?>
<!-- The office of departure tells the holder of the incident it was told of. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:template match="/">
    <ncts:CC182C>
      <xsl:call-template name="head"><xsl:with-param name="type">CC182C</xsl:with-param></xsl:call-template>
      <TransitOperation>
        <xsl:copy-of select="/*/TransitOperation/MRN"/>
        <incidentNotificationDateAndTime><xsl:value-of select="$utc"/></incidentNotificationDateAndTime>
      </TransitOperation>
      <xsl:copy-of select="/*/CustomsOfficeOfDeparture | /*/CustomsOfficeOfIncidentRegistration"/>
      <HolderOfTheTransitProcedure/>
      <xsl:copy-of select="/*/Consignment"/>
    </ncts:CC182C>
  </xsl:template>
</xsl:stylesheet>
