<?xml version="1.0" encoding="UTF-8"?>
<!-- MT3402, arrival at the export yard: which batch and equipment stand there, since when, how much. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:Declaration:datamodel:standard:CN:MT3402:1"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <xsl:variable name="reached" select="$movement/p:Happened[@kind = 'yard-reached'][last()]"/>

  <xsl:template match="/p:Prepared">
    <Manifest>
      <xsl:call-template name="head">
        <xsl:with-param name="filer" select="$carrier"/>
      </xsl:call-template>
      <Declaration>
        <DeclarationOfficeID><xsl:value-of select="$message/@national-office"/></DeclarationOfficeID>
        <ID><xsl:value-of select="$batch"/></ID>
        <UnloadingLocation>
          <xsl:if test="string($reached/p:Fact[@name = 'place'])">
            <ID><xsl:value-of select="$reached/p:Fact[@name = 'place']"/></ID>
          </xsl:if>
          <ArrivalDateTime>
            <xsl:call-template name="digits14">
              <xsl:with-param name="at" select="$reached/@at"/>
            </xsl:call-template>
          </ArrivalDateTime>
        </UnloadingLocation>
        <Consignment>
          <TotalPackageQuantity><xsl:value-of select="$totals/@packages"/></TotalPackageQuantity>
          <TotalGrossMassMeasure unitCode="KGM"><xsl:value-of select="$totals/@gross-mass"/></TotalGrossMassMeasure>
          <TransportContractDocument>
            <ID><xsl:value-of select="$consignment/d:TransportContract/d:ID"/></ID>
          </TransportContractDocument>
          <xsl:for-each select="$declaration/d:Trip[1]/d:TransportEquipment">
            <TransportEquipment><ID><xsl:value-of select="d:ID"/></ID></TransportEquipment>
          </xsl:for-each>
        </Consignment>
      </Declaration>
    </Manifest>
  </xsl:template>
</xsl:stylesheet>
