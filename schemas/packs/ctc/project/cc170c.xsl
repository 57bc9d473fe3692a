<?xml version="1.0" encoding="UTF-8"?>
<!-- Pre-lodged goods stand before the office of departure. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:ncts="http://ncts.dgtaxud.ec" exclude-result-prefixes="p d">
  <xsl:include href="declaration.xsl"/>

  <xsl:template match="d:Declaration">
    <ncts:CC170C>
      <xsl:call-template name="phase"/>
      <xsl:call-template name="trader-header"/>
      <TransitOperation>
        <xsl:apply-templates select="d:FunctionalReferenceID"/>
        <xsl:apply-templates select="d:TransitOperation/d:LimitDate"/>
      </TransitOperation>
      <xsl:apply-templates select="d:Authorisation"/>
      <xsl:call-template name="departure"/>
      <xsl:call-template name="holder"/>
      <xsl:call-template name="representative"/>
      <xsl:apply-templates select="d:Consignment" mode="presented"/>
    </ncts:CC170C>
  </xsl:template>

  <xsl:template match="d:Consignment" mode="presented">
    <Consignment>
      <containerIndicator>
        <xsl:value-of select="d:ContainerIndicator"/>
        <xsl:if test="not(d:ContainerIndicator)"><xsl:value-of select="number(boolean(../d:Trip/d:TransportEquipment/d:ID))"/></xsl:if>
      </containerIndicator>
      <xsl:call-template name="modes"/>
      <xsl:apply-templates select="../d:Trip/d:TransportEquipment"/>
      <xsl:apply-templates select="d:GoodsLocation"/>
      <xsl:apply-templates select="d:DepartureTransportMeans"/>
      <xsl:apply-templates select="d:BorderTransportMeans"/>
      <xsl:call-template name="loading"/>
      <xsl:for-each select="d:HouseConsignment">
        <HouseConsignment>
          <xsl:apply-templates select="d:SequenceNumeric"/>
          <xsl:apply-templates select="d:DepartureTransportMeans"/>
        </HouseConsignment>
      </xsl:for-each>
    </Consignment>
  </xsl:template>
</xsl:stylesheet>
