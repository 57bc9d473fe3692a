<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:wco:datamodel:WCO:RES-DMS:2" xmlns:w="urn:wco:datamodel:WCO:DEC-DMS:2" exclude-result-prefixes="w">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="now"/>
  <xsl:param name="mrn"/>
  <xsl:param name="code"/>
  <xsl:template match="/w:Declaration">
    <Response>
      <FunctionCode><xsl:value-of select="$code"/></FunctionCode>
      <FunctionalReferenceID><xsl:value-of select="$message-id"/></FunctionalReferenceID>
      <ID><xsl:value-of select="$id"/></ID>
      <IssueDateTime><xsl:value-of select="$now"/></IssueDateTime>
      <xsl:if test="$code = '03'"><Error><ValidationCode>XW12000</ValidationCode><Description>Refused on demand</Description></Error></xsl:if>
      <Declaration>
        <FunctionalReferenceID><xsl:value-of select="w:FunctionalReferenceID"/></FunctionalReferenceID>
        <xsl:if test="$code != '02' and $code != '03'"><ID><xsl:value-of select="$mrn"/></ID></xsl:if>
      </Declaration>
    </Response>
  </xsl:template>
</xsl:stylesheet>
