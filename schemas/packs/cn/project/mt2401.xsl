<?xml version="1.0" encoding="UTF-8"?>
<!-- MT2401, export pre-loading manifest, as lodged or as changed (function 5): one Consignment a house consignment. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:Declaration:datamodel:standard:CN:MT2401:1"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <!-- In whose name it is filed. -->
  <xsl:variable name="filer" select="$agent"/>

  <xsl:template match="/p:Prepared">
    <Manifest>
      <xsl:call-template name="head">
        <xsl:with-param name="filer" select="$filer"/>
      </xsl:call-template>
      <Declaration>
        <DeclarationOfficeID><xsl:value-of select="$message/@national-office"/></DeclarationOfficeID>
        <ID><xsl:value-of select="$batch"/></ID>
        <xsl:call-template name="change-reason"/>
        <Agent><ID><xsl:value-of select="$agent/d:ID[@scheme = 'USCC']"/></ID></Agent>
        <BorderTransportMeans>
          <TypeCode><xsl:call-template name="mode"/></TypeCode>
        </BorderTransportMeans>
        <Carrier>
          <ID><xsl:value-of select="$carrier/d:ID[@scheme = 'USCC']"/></ID>
          <Name>
            <xsl:call-template name="name">
              <xsl:with-param name="of" select="$carrier"/>
            </xsl:call-template>
          </Name>
        </Carrier>
        <xsl:call-template name="loading"/>
        <RepresentativePerson>
          <Name>
            <xsl:call-template name="name">
              <xsl:with-param name="of" select="$agent"/>
            </xsl:call-template>
          </Name>
        </RepresentativePerson>
        <xsl:apply-templates select="$consignment/d:HouseConsignment"/>
      </Declaration>
    </Manifest>
  </xsl:template>

  <xsl:template name="loading">
    <xsl:variable name="start" select="$stops[@role = 'departure'][1]"/>
    <LoadingLocation>
      <ID><xsl:value-of select="$consignment/d:LoadingLocation/d:ID"/></ID>
      <xsl:if test="string($start/@at)">
        <LoadingDateTime>
          <xsl:call-template name="digits14">
            <xsl:with-param name="at" select="$start/@at"/>
          </xsl:call-template>
        </LoadingDateTime>
      </xsl:if>
    </LoadingLocation>
  </xsl:template>

  <!-- One house: the exact totals; several: each its own sums, rounded back to their decimals. -->
  <xsl:template match="d:HouseConsignment">
    <xsl:variable name="alone" select="count(../d:HouseConsignment) = 1"/>
    <Consignment>
      <TotalPackageQuantity>
        <xsl:value-of select="sum(d:GoodsItem/d:Packaging/d:Quantity)"/>
      </TotalPackageQuantity>
      <TotalGrossMassMeasure unitCode="KGM">
        <xsl:choose>
          <xsl:when test="$alone"><xsl:value-of select="$totals/@gross-mass"/></xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="format-number(sum(d:GoodsItem/d:GrossMassMeasure), '0.#####')"/>
          </xsl:otherwise>
        </xsl:choose>
      </TotalGrossMassMeasure>
      <ValueAmount currencyID="{d:GoodsItem[1]/d:ValueAmount/@currency}">
        <xsl:choose>
          <xsl:when test="$alone"><xsl:value-of select="$totals/@value"/></xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="format-number(sum(d:GoodsItem/d:ValueAmount), '0.00##')"/>
          </xsl:otherwise>
        </xsl:choose>
      </ValueAmount>
      <Itinerary>
        <xsl:for-each select="$declaration/d:Itinerary/d:RoutingCountryCode">
          <RoutingCountryCode><xsl:value-of select="."/></RoutingCountryCode>
        </xsl:for-each>
      </Itinerary>
      <Consignee>
        <xsl:call-template name="party"><xsl:with-param name="of" select="$consignee"/></xsl:call-template>
      </Consignee>
      <Consignor>
        <xsl:call-template name="party"><xsl:with-param name="of" select="$exporter"/></xsl:call-template>
      </Consignor>
      <xsl:call-template name="notify"/>
      <xsl:apply-templates select="d:GoodsItem"/>
      <TransportContractDocument>
        <ID><xsl:value-of select="$consignment/d:TransportContract/d:ID"/></ID>
      </TransportContractDocument>
      <!-- The goods are told whole, so is what they stand in: on every trip where there are several. -->
      <xsl:for-each select="$declaration/d:Trip/d:TransportEquipment">
        <TransportEquipment><ID><xsl:value-of select="d:ID"/></ID></TransportEquipment>
      </xsl:for-each>
    </Consignment>
  </xsl:template>

  <xsl:template name="party">
    <xsl:param name="of"/>
    <xsl:if test="$of/d:ID"><ID><xsl:value-of select="$of/d:ID[1]"/></ID></xsl:if>
    <Name>
      <xsl:call-template name="name"><xsl:with-param name="of" select="$of"/></xsl:call-template>
    </Name>
  </xsl:template>

  <!-- Whom to tell: the notify party, else the consignee; TE telephone, EM mail. -->
  <xsl:template name="notify">
    <xsl:variable name="of"
        select="$parties[@role = 'notify'] | $consignee[not(../d:Party[@role = 'notify'])]"/>
    <NotifyParty>
      <xsl:call-template name="party"><xsl:with-param name="of" select="$of"/></xsl:call-template>
      <xsl:for-each select="$of/d:Contact/d:Telephone">
        <Communication><ID><xsl:value-of select="."/></ID><TypeID>TE</TypeID></Communication>
      </xsl:for-each>
      <xsl:for-each select="$of/d:Contact/d:Email">
        <Communication><ID><xsl:value-of select="."/></ID><TypeID>EM</TypeID></Communication>
      </xsl:for-each>
    </NotifyParty>
  </xsl:template>

  <xsl:template match="d:GoodsItem">
    <ConsignmentItem>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <Commodity>
        <CargoDescription>
          <xsl:call-template name="description">
            <xsl:with-param name="of" select="d:Commodity"/>
          </xsl:call-template>
        </CargoDescription>
        <xsl:if test="d:Commodity/d:Description[@lang = 'en']">
          <Description><xsl:value-of select="d:Commodity/d:Description[@lang = 'en']"/></Description>
        </xsl:if>
        <Classification>
          <ID><xsl:value-of select="d:Commodity/d:HarmonizedSystemCode"/></ID>
        </Classification>
      </Commodity>
      <GoodsMeasure>
        <GrossMassMeasure unitCode="KGM"><xsl:value-of select="d:GrossMassMeasure"/></GrossMassMeasure>
        <xsl:if test="d:NetMassMeasure">
          <NetMassMeasure unitCode="KGM"><xsl:value-of select="d:NetMassMeasure"/></NetMassMeasure>
        </xsl:if>
      </GoodsMeasure>
      <xsl:apply-templates select="d:Packaging"/>
    </ConsignmentItem>
  </xsl:template>

  <xsl:template match="d:Packaging">
    <Packaging>
      <xsl:if test="string(d:Marks)">
        <MarksNumbersID><xsl:value-of select="d:Marks"/></MarksNumbersID>
      </xsl:if>
      <QuantityQuantity><xsl:value-of select="d:Quantity"/></QuantityQuantity>
      <TypeCode>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'packages'"/>
          <xsl:with-param name="code" select="d:TypeCode"/>
        </xsl:call-template>
      </TypeCode>
    </Packaging>
  </xsl:template>
</xsl:stylesheet>
