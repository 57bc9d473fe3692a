<?xml version="1.0" encoding="UTF-8"?>
<!-- What befell the goods, to the office of departure. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="notice.xsl"/>
  <xsl:include href="incidents.xsl"/>
  <xsl:variable name="incident" select="$movement/p:Happened[@kind = 'incident'][last()]"/>

  <xsl:template match="d:Declaration">
    <ncts:CD180C>
      <xsl:call-template name="beginning"/>
      <TransitOperation><MRN><xsl:value-of select="$mrn"/></MRN></TransitOperation>
      <xsl:call-template name="from-departure"/>
      <CustomsOfficeOfIncidentRegistration><referenceNumber><xsl:value-of select="$incident/@office"/></referenceNumber></CustomsOfficeOfIncidentRegistration>
      <Consignment><xsl:call-template name="incidents"/></Consignment>
    </ncts:CD180C>
  </xsl:template>
</xsl:stylesheet>
