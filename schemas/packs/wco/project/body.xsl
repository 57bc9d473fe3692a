<?xml version="1.0" encoding="UTF-8"?>
<!--
  Our declaration as a WCO DEC. The same file serves the way back of schemas/intake/wco-dec and the
  projection of schemas/packs/wco, which include it and say which offices it names:
  $offices (d:OfficeID kept from a foreign header), else $own-office and $exit-office.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:wco:datamodel:WCO:DEC-DMS:2"
  xmlns:d="urn:fullroute:declaration:1" xmlns:t="urn:wco:datamodel:WCO:Declaration_DS:DMS:2" exclude-result-prefixes="d">

  <xsl:template name="out">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:if test="$value"><xsl:element name="{$name}" namespace="urn:wco:datamodel:WCO:DEC-DMS:2"><xsl:value-of select="$value"/></xsl:element></xsl:if>
  </xsl:template>

  <xsl:template match="d:Declaration">
    <xsl:variable name="c" select="d:Consignment"/>
    <xsl:variable name="type" select="concat(d:TypeCode, d:AdditionalTypeCode)"/>
    <Declaration>
      <FunctionCode>9</FunctionCode>
      <FunctionalReferenceID><xsl:value-of select="d:FunctionalReferenceID"/></FunctionalReferenceID>
      <xsl:for-each select="d:IssueDateTime"><IssueDateTime><t:DateTimeString formatCode="304"><xsl:call-template name="stamp"/></t:DateTimeString></IssueDateTime></xsl:for-each>
      <TypeCode><xsl:choose><xsl:when test="d:Submission/d:MessageTypeCode and string-length(d:TypeCode) = 2"><xsl:value-of select="d:Submission/d:MessageTypeCode"/></xsl:when><xsl:otherwise><xsl:value-of select="$type"/></xsl:otherwise></xsl:choose></TypeCode>
      <GoodsItemQuantity><xsl:value-of select="count($c/d:HouseConsignment/d:GoodsItem)"/></GoodsItemQuantity>
      <xsl:call-template name="out"><xsl:with-param name="name">DeclarationOfficeID</xsl:with-param><xsl:with-param name="value" select="$offices[@role = 'declaration']|$own-office[not($offices)]"/></xsl:call-template>
      <xsl:for-each select="$c/d:Invoice[1]/d:Amount"><InvoiceAmount currencyID="{@currency}"><xsl:value-of select="."/></InvoiceAmount></xsl:for-each>
      <xsl:call-template name="out"><xsl:with-param name="name">TotalPackageQuantity</xsl:with-param><xsl:with-param name="value" select="$c/d:TotalPackageQuantity"/></xsl:call-template>
      <xsl:apply-templates select="$c/d:AdditionalInformation"/>
      <xsl:for-each select="d:Party[@role = 'representative'][1]"><Agent><xsl:call-template name="party-id"/><xsl:call-template name="out"><xsl:with-param name="name">FunctionCode</xsl:with-param><xsl:with-param name="value" select="d:StatusCode"/></xsl:call-template></Agent></xsl:for-each>
      <xsl:for-each select="d:Authorisation">
        <AuthorisationHolder>
          <ID><xsl:value-of select="d:HolderID"/></ID>
          <CategoryCode><xsl:value-of select="d:TypeCode"/></CategoryCode>
        </AuthorisationHolder>
      </xsl:for-each>
      <xsl:if test="$c/d:BorderTransportMeans or $c/d:BorderModeCode">
        <BorderTransportMeans>
          <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="$c/d:BorderTransportMeans[1]/d:ID"/></xsl:call-template>
          <xsl:call-template name="out"><xsl:with-param name="name">IdentificationTypeCode</xsl:with-param><xsl:with-param name="value" select="$c/d:BorderTransportMeans[1]/d:IdentificationTypeCode"/></xsl:call-template>
          <xsl:call-template name="out"><xsl:with-param name="name">RegistrationNationalityCode</xsl:with-param><xsl:with-param name="value" select="$c/d:BorderTransportMeans[1]/d:RegistrationNationalityCode"/></xsl:call-template>
          <xsl:call-template name="out"><xsl:with-param name="name">ModeCode</xsl:with-param><xsl:with-param name="value" select="$c/d:BorderModeCode"/></xsl:call-template>
        </BorderTransportMeans>
      </xsl:if>
      <xsl:if test="d:Party[@role = 'carrier'] or $c/d:FreightPaymentCode or d:Itinerary/d:RoutingCountryCode">
        <Consignment>
          <xsl:for-each select="d:Party[@role = 'carrier'][1]"><Carrier><xsl:call-template name="party"/></Carrier></xsl:for-each>
          <xsl:for-each select="$c/d:FreightPaymentCode"><Freight><PaymentMethodCode><xsl:value-of select="."/></PaymentMethodCode></Freight></xsl:for-each>
          <xsl:for-each select="d:Itinerary/d:RoutingCountryCode">
            <Itinerary>
              <SequenceNumeric><xsl:choose><xsl:when test="@sequence"><xsl:value-of select="@sequence"/></xsl:when><xsl:otherwise><xsl:value-of select="position()"/></xsl:otherwise></xsl:choose></SequenceNumeric>
              <RoutingCountryCode><xsl:value-of select="."/></RoutingCountryCode>
            </Itinerary>
          </xsl:for-each>
        </Consignment>
      </xsl:if>
      <xsl:for-each select="d:Party[@role = 'declarant'][1]"><Declarant><xsl:call-template name="party"/></Declarant></xsl:for-each>
      <xsl:for-each select="($offices[@role = 'exit']|$exit-office[not($offices)])[1]"><ExitOffice><ID><xsl:value-of select="."/></ID></ExitOffice></xsl:for-each>
      <xsl:for-each select="d:Party[@role = 'exporter'][1]"><Exporter><xsl:call-template name="party"/></Exporter></xsl:for-each>
      <GoodsShipment>
        <xsl:call-template name="out"><xsl:with-param name="name">TransactionNatureCode</xsl:with-param><xsl:with-param name="value" select="$c/d:TransactionNatureCode"/></xsl:call-template>
        <xsl:for-each select="d:Party[@role = 'consignee'][1]"><Consignee><xsl:call-template name="party"/></Consignee></xsl:for-each>
        <xsl:call-template name="consignment"/>
        <xsl:for-each select="d:Party[@role = 'consignor'][1]"><Consignor><xsl:call-template name="party"/></Consignor></xsl:for-each>
        <xsl:for-each select="$c/d:DestinationCountryCode"><Destination><CountryCode><xsl:value-of select="."/></CountryCode></Destination></xsl:for-each>
        <xsl:for-each select="$c/d:ExportCountryCode"><ExportCountry><ID><xsl:value-of select="."/></ID></ExportCountry></xsl:for-each>
        <xsl:apply-templates select="$c/d:HouseConsignment/d:GoodsItem"/>
        <xsl:for-each select="d:Party[@role = 'importer'][1]"><Importer><xsl:call-template name="party"/></Importer></xsl:for-each>
        <xsl:apply-templates select="$c/d:Document[d:CategoryCode = 'previous']"/>
        <xsl:for-each select="$c/d:TradeTerms">
          <TradeTerms>
            <ConditionCode><xsl:value-of select="d:ConditionCode"/></ConditionCode>
            <xsl:call-template name="out"><xsl:with-param name="name">LocationID</xsl:with-param><xsl:with-param name="value" select="d:LocationID"/></xsl:call-template>
            <xsl:call-template name="out"><xsl:with-param name="name">LocationName</xsl:with-param><xsl:with-param name="value" select="d:LocationName"/></xsl:call-template>
          </TradeTerms>
        </xsl:for-each>
        <xsl:for-each select="$c/d:UCR"><UCR><TraderAssignedReferenceID><xsl:value-of select="."/></TraderAssignedReferenceID></UCR></xsl:for-each>
        <xsl:for-each select="$c/d:Warehouse"><Warehouse><ID><xsl:value-of select="d:ID"/></ID><TypeCode><xsl:value-of select="d:TypeCode"/></TypeCode></Warehouse></xsl:for-each>
      </GoodsShipment>
      <xsl:for-each select="d:Guarantee">
        <ObligationGuarantee>
          <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:OtherReferenceID|d:Reference[1]/d:ID"/></xsl:call-template>
          <SecurityDetailsCode><xsl:value-of select="d:TypeCode"/></SecurityDetailsCode>
        </ObligationGuarantee>
      </xsl:for-each>
      <xsl:for-each select="$offices[@role = 'supervising']"><SupervisingOffice><ID><xsl:value-of select="."/></ID></SupervisingOffice></xsl:for-each>
    </Declaration>
  </xsl:template>

  <xsl:template name="stamp">
    <xsl:variable name="offset" select="substring(., 20)"/>
    <xsl:value-of select="translate(substring(., 1, 19), '-:T', '')"/>
    <xsl:choose>
      <xsl:when test="$offset = ''">Z</xsl:when>
      <xsl:when test="substring($offset, 4) = ':00'"><xsl:value-of select="substring($offset, 1, 3)"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$offset"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="party-id"><xsl:for-each select="d:ID[1]"><ID><xsl:value-of select="."/></ID></xsl:for-each></xsl:template>

  <!-- A number says who it is; without one, name and address do. -->
  <xsl:template name="party">
    <xsl:variable name="name" select="d:Name[@lang = 'en']|d:Name[1][not(../d:Name[@lang = 'en'])]"/>
    <xsl:if test="$name"><Name><xsl:value-of select="$name"/></Name></xsl:if>
    <xsl:call-template name="party-id"/>
    <xsl:for-each select="d:Address">
      <Address>
        <xsl:call-template name="out"><xsl:with-param name="name">CityName</xsl:with-param><xsl:with-param name="value" select="d:CityName"/></xsl:call-template>
        <xsl:call-template name="out"><xsl:with-param name="name">CountryCode</xsl:with-param><xsl:with-param name="value" select="d:CountryCode"/></xsl:call-template>
        <xsl:call-template name="out"><xsl:with-param name="name">Line</xsl:with-param><xsl:with-param name="value" select="d:Line[@lang = 'en']|d:Line[1][not(../d:Line[@lang = 'en'])]"/></xsl:call-template>
        <xsl:call-template name="out"><xsl:with-param name="name">PostcodeID</xsl:with-param><xsl:with-param name="value" select="d:PostcodeID"/></xsl:call-template>
      </Address>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="consignment">
    <xsl:variable name="c" select="d:Consignment"/>
    <xsl:variable name="arrives" select="starts-with(d:TypeCode, 'IM') or starts-with(d:TypeCode, 'CO')"/>
    <Consignment>
      <xsl:call-template name="out"><xsl:with-param name="name">ContainerCode</xsl:with-param><xsl:with-param name="value" select="$c/d:ContainerIndicator"/></xsl:call-template>
      <xsl:if test="$c/d:ArrivalTransportMeans or ($c/d:InlandModeCode and $arrives)">
        <ArrivalTransportMeans>
          <xsl:for-each select="$c/d:ArrivalTransportMeans[1]"><xsl:call-template name="means"/></xsl:for-each>
          <xsl:if test="$arrives"><xsl:call-template name="out"><xsl:with-param name="name">ModeCode</xsl:with-param><xsl:with-param name="value" select="$c/d:InlandModeCode"/></xsl:call-template></xsl:if>
        </ArrivalTransportMeans>
      </xsl:if>
      <xsl:if test="$c/d:DepartureTransportMeans or ($c/d:InlandModeCode and not($arrives))">
        <DepartureTransportMeans>
          <xsl:for-each select="$c/d:DepartureTransportMeans[1]"><xsl:call-template name="means"/></xsl:for-each>
          <xsl:if test="not($arrives)"><xsl:call-template name="out"><xsl:with-param name="name">ModeCode</xsl:with-param><xsl:with-param name="value" select="$c/d:InlandModeCode"/></xsl:call-template></xsl:if>
        </DepartureTransportMeans>
      </xsl:if>
      <xsl:for-each select="$c/d:GoodsLocation">
        <GoodsLocation>
          <Name><xsl:choose><xsl:when test="d:QualifierCode = 'U'"><xsl:value-of select="substring(d:ID, 3)"/></xsl:when><xsl:otherwise><xsl:value-of select="d:AuthorisationID|d:OfficeID|d:OperatorID"/></xsl:otherwise></xsl:choose></Name>
          <TypeCode><xsl:value-of select="d:TypeCode"/></TypeCode>
          <Address>
            <TypeCode><xsl:value-of select="d:QualifierCode"/></TypeCode>
            <CountryCode><xsl:choose><xsl:when test="d:QualifierCode = 'U'"><xsl:value-of select="substring(d:ID, 1, 2)"/></xsl:when><xsl:otherwise><xsl:value-of select="d:Address/d:CountryCode"/></xsl:otherwise></xsl:choose></CountryCode>
          </Address>
        </GoodsLocation>
      </xsl:for-each>
      <xsl:for-each select="d:Trip/d:TransportEquipment[not(d:GoodsReference) or d:Seal or d:SealQuantity]">
        <TransportEquipment>
          <SequenceNumeric><xsl:value-of select="d:SequenceNumeric"/></SequenceNumeric>
          <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:ID"/></xsl:call-template>
          <xsl:if test="d:SealQuantity = '0' and not(d:Seal)"><Seal><SequenceNumeric>0</SequenceNumeric><ID>NOSEALS</ID></Seal></xsl:if>
          <xsl:for-each select="d:Seal"><Seal><SequenceNumeric><xsl:value-of select="d:SequenceNumeric"/></SequenceNumeric><ID><xsl:value-of select="d:ID"/></ID></Seal></xsl:for-each>
        </TransportEquipment>
      </xsl:for-each>
    </Consignment>
  </xsl:template>

  <xsl:template name="means">
    <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:ID"/></xsl:call-template>
    <xsl:call-template name="out"><xsl:with-param name="name">IdentificationTypeCode</xsl:with-param><xsl:with-param name="value" select="d:IdentificationTypeCode"/></xsl:call-template>
  </xsl:template>

  <xsl:template match="d:GoodsItem">
    <xsl:variable name="number" select="d:DeclarationItemNumeric"/>
    <GovernmentAgencyGoodsItem>
      <SequenceNumeric><xsl:value-of select="$number"/></SequenceNumeric>
      <xsl:call-template name="out"><xsl:with-param name="name">TransactionNatureCode</xsl:with-param><xsl:with-param name="value" select="d:TransactionNatureCode"/></xsl:call-template>
      <xsl:apply-templates select="d:Document[d:CategoryCode = 'supporting']"/>
      <xsl:apply-templates select="d:AdditionalInformation"/>
      <xsl:if test="d:Commodity">
      <Commodity>
        <Description><xsl:value-of select="d:Commodity/d:Description[@lang = 'en']|d:Commodity/d:Description[1][not(../d:Description[@lang = 'en'])]"/></Description>
        <xsl:for-each select="d:Commodity/d:CUSCode"><Classification><ID><xsl:value-of select="."/></ID><IdentificationTypeCode>CV</IdentificationTypeCode></Classification></xsl:for-each>
        <xsl:for-each select="d:Commodity/d:HarmonizedSystemCode"><Classification><ID><xsl:value-of select="concat(., ../d:CombinedNomenclatureCode)"/></ID><IdentificationTypeCode>TSP</IdentificationTypeCode></Classification></xsl:for-each>
        <xsl:for-each select="d:Commodity/d:Classification"><Classification><ID><xsl:value-of select="."/></ID><IdentificationTypeCode><xsl:value-of select="@type"/></IdentificationTypeCode></Classification></xsl:for-each>
        <xsl:if test="d:GrossMassMeasure or d:NetMassMeasure or d:Quantity[@use = 'supplementary']">
          <GoodsMeasure>
            <xsl:call-template name="out"><xsl:with-param name="name">GrossMassMeasure</xsl:with-param><xsl:with-param name="value" select="d:GrossMassMeasure"/></xsl:call-template>
            <xsl:call-template name="out"><xsl:with-param name="name">NetNetWeightMeasure</xsl:with-param><xsl:with-param name="value" select="d:NetMassMeasure"/></xsl:call-template>
            <xsl:call-template name="out"><xsl:with-param name="name">TariffQuantity</xsl:with-param><xsl:with-param name="value" select="d:Quantity[@use = 'supplementary']"/></xsl:call-template>
          </GoodsMeasure>
        </xsl:if>
        <xsl:for-each select="d:ValueAmount"><InvoiceLine><ItemChargeAmount currencyID="{@currency}"><xsl:value-of select="."/></ItemChargeAmount></InvoiceLine></xsl:for-each>
        <xsl:for-each select="/descendant::d:Trip/d:TransportEquipment[d:GoodsReference/d:DeclarationItemNumeric = $number]">
          <TransportEquipment>
            <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
            <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:ID"/></xsl:call-template>
          </TransportEquipment>
        </xsl:for-each>
      </Commodity>
      </xsl:if>
      <xsl:for-each select="d:Party[@role = 'consignee'][1]"><Consignee><xsl:call-template name="party"/></Consignee></xsl:for-each>
      <xsl:for-each select="d:ExportCountryCode"><ExportCountry><ID><xsl:value-of select="."/></ID></ExportCountry></xsl:for-each>
      <xsl:for-each select="d:GovernmentProcedure">
        <GovernmentProcedure>
          <CurrentCode><xsl:value-of select="d:CurrentCode"/></CurrentCode>
          <xsl:call-template name="out"><xsl:with-param name="name">PreviousCode</xsl:with-param><xsl:with-param name="value" select="d:PreviousCode"/></xsl:call-template>
        </GovernmentProcedure>
      </xsl:for-each>
      <xsl:for-each select="d:Origin">
        <Origin>
          <CountryCode><xsl:value-of select="d:CountryCode"/></CountryCode>
          <xsl:call-template name="out"><xsl:with-param name="name">TypeCode</xsl:with-param><xsl:with-param name="value" select="d:TypeCode"/></xsl:call-template>
        </Origin>
      </xsl:for-each>
      <xsl:for-each select="d:Packaging">
        <Packaging>
          <SequenceNumeric><xsl:value-of select="d:SequenceNumeric"/></SequenceNumeric>
          <xsl:call-template name="out"><xsl:with-param name="name">MarksNumbersID</xsl:with-param><xsl:with-param name="value" select="d:Marks"/></xsl:call-template>
          <xsl:call-template name="out"><xsl:with-param name="name">QuantityQuantity</xsl:with-param><xsl:with-param name="value" select="d:Quantity"/></xsl:call-template>
          <TypeCode><xsl:value-of select="d:TypeCode"/></TypeCode>
        </Packaging>
      </xsl:for-each>
      <xsl:apply-templates select="d:Document[d:CategoryCode = 'previous']"/>
    </GovernmentAgencyGoodsItem>
  </xsl:template>

  <xsl:template match="d:Document[d:CategoryCode = 'previous']">
    <PreviousDocument>
      <CategoryCode><xsl:value-of select="substring(d:TypeCode, 1, 1)"/></CategoryCode>
      <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:ID"/></xsl:call-template>
      <TypeCode><xsl:value-of select="substring(d:TypeCode, 2)"/></TypeCode>
      <xsl:call-template name="out"><xsl:with-param name="name">LineNumeric</xsl:with-param><xsl:with-param name="value" select="d:GoodsItemNumeric"/></xsl:call-template>
    </PreviousDocument>
  </xsl:template>

  <xsl:template match="d:Document">
    <AdditionalDocument>
      <CategoryCode><xsl:value-of select="substring(d:TypeCode, 1, 1)"/></CategoryCode>
      <xsl:call-template name="out"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="d:ID"/></xsl:call-template>
      <xsl:call-template name="out"><xsl:with-param name="name">Name</xsl:with-param><xsl:with-param name="value" select="d:ComplementaryInformation"/></xsl:call-template>
      <TypeCode><xsl:value-of select="substring(d:TypeCode, 2)"/></TypeCode>
      <xsl:call-template name="out"><xsl:with-param name="name">LPCOExemptionCode</xsl:with-param><xsl:with-param name="value" select="d:ExemptionCode"/></xsl:call-template>
    </AdditionalDocument>
  </xsl:template>

  <xsl:template match="d:AdditionalInformation">
    <AdditionalInformation>
      <StatementCode><xsl:value-of select="d:StatementCode"/></StatementCode>
      <xsl:call-template name="out"><xsl:with-param name="name">StatementDescription</xsl:with-param><xsl:with-param name="value" select="d:StatementDescription"/></xsl:call-template>
      <xsl:call-template name="out"><xsl:with-param name="name">StatementTypeCode</xsl:with-param><xsl:with-param name="value" select="d:StatementTypeCode"/></xsl:call-template>
    </AdditionalInformation>
  </xsl:template>
</xsl:stylesheet>
