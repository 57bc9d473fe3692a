<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:fullroute:asean:1" xmlns:a="urn:fullroute:asean:1" exclude-result-prefixes="a">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="now"/>
  <xsl:param name="mrn"/>
  <xsl:param name="kind"/>
  <xsl:template match="/a:AnticipatedRecord">
    <Advice>
      <Kind><xsl:value-of select="$kind"/></Kind>
      <AdviceID><xsl:value-of select="$id"/></AdviceID>
      <RecordMessageID><xsl:value-of select="$message-id"/></RecordMessageID>
      <At><xsl:value-of select="$now"/></At>
      <xsl:if test="$kind != 'Refused'"><TransitNumber><xsl:value-of select="$mrn"/></TransitNumber></xsl:if>
    </Advice>
  </xsl:template>
</xsl:stylesheet>
