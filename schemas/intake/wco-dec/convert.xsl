<?xml version="1.0" encoding="UTF-8"?>
<!-- WCO DEC to the enterprise declaration. The itinerary is the route's; see intake.toml for what is left out. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns="urn:fullroute:declaration:1" xmlns:w="urn:wco:datamodel:WCO:DEC-DMS:2" xmlns:t="urn:wco:datamodel:WCO:Declaration_DS:DMS:2" exclude-result-prefixes="w t">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:strip-space elements="*"/>
  <xsl:variable name="shipment" select="/w:Declaration/w:GoodsShipment"/>
  <xsl:variable name="items" select="$shipment/w:GovernmentAgencyGoodsItem"/>
  <xsl:variable name="kind" select="normalize-space(/w:Declaration/w:TypeCode)"/>

  <!-- Lodged before the goods are presented: D, E, F and K stand for A, B, C and J before arrival. -->
  <xsl:variable name="prelodged" select="contains('DEFK', substring($kind, 3, 1)) and string-length($kind) = 3"/>

  <xsl:template match="text()" priority="1"><xsl:value-of select="normalize-space()"/></xsl:template>

  <!-- One value under another name, if it is there. -->
  <xsl:template name="as">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:if test="$value"><xsl:element name="{$name}" namespace="urn:fullroute:declaration:1"><xsl:value-of select="normalize-space($value)"/></xsl:element></xsl:if>
  </xsl:template>

  <xsl:template match="/w:Declaration">
    <Declaration>
      <FunctionalReferenceID><xsl:value-of select="normalize-space(w:FunctionalReferenceID)"/></FunctionalReferenceID>
      <TypeCode><xsl:value-of select="substring($kind, 1, 2)"/></TypeCode>
      <AdditionalTypeCode><xsl:choose><xsl:when test="$prelodged">D</xsl:when><xsl:otherwise>A</xsl:otherwise></xsl:choose></AdditionalTypeCode>
      <xsl:apply-templates select="w:IssueDateTime/t:DateTimeString"/>
      <Submission>
        <MessageTypeCode><xsl:value-of select="$kind"/></MessageTypeCode>
        <xsl:for-each select="w:DeclarationOfficeID"><OfficeID role="declaration"><xsl:apply-templates/></OfficeID></xsl:for-each>
        <xsl:for-each select="w:ExitOffice/w:ID"><OfficeID role="exit"><xsl:apply-templates/></OfficeID></xsl:for-each>
        <xsl:for-each select="w:SupervisingOffice/w:ID"><OfficeID role="supervising"><xsl:apply-templates/></OfficeID></xsl:for-each>
      </Submission>
      <xsl:apply-templates select="w:AuthorisationHolder"/>
      <xsl:apply-templates select="w:ObligationGuarantee"/>
      <xsl:apply-templates select="w:Exporter|w:Declarant|w:Agent|w:Consignment/w:Carrier|w:GoodsShipment/w:Consignee|w:GoodsShipment/w:Consignor|w:GoodsShipment/w:Importer"/>
      <xsl:if test="w:Consignment/w:Itinerary">
        <Itinerary>
          <xsl:for-each select="w:Consignment/w:Itinerary"><RoutingCountryCode sequence="{normalize-space(w:SequenceNumeric)}"><xsl:apply-templates select="w:RoutingCountryCode/text()"/></RoutingCountryCode></xsl:for-each>
        </Itinerary>
      </xsl:if>
      <Consignment>
        <xsl:call-template name="as"><xsl:with-param name="name">UCR</xsl:with-param><xsl:with-param name="value" select="$shipment/w:UCR/w:TraderAssignedReferenceID"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">ExportCountryCode</xsl:with-param><xsl:with-param name="value" select="$shipment/w:ExportCountry/w:ID"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">DestinationCountryCode</xsl:with-param><xsl:with-param name="value" select="$shipment/w:Destination/w:CountryCode"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">TransactionNatureCode</xsl:with-param><xsl:with-param name="value" select="$shipment/w:TransactionNatureCode"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">ContainerIndicator</xsl:with-param><xsl:with-param name="value" select="$shipment/w:Consignment/w:ContainerCode"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">InlandModeCode</xsl:with-param><xsl:with-param name="value" select="$shipment/w:Consignment/w:ArrivalTransportMeans/w:ModeCode|$shipment/w:Consignment/w:DepartureTransportMeans/w:ModeCode"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">BorderModeCode</xsl:with-param><xsl:with-param name="value" select="w:BorderTransportMeans/w:ModeCode"/></xsl:call-template>
        <xsl:call-template name="gross"/>
        <xsl:call-template name="as"><xsl:with-param name="name">TotalPackageQuantity</xsl:with-param><xsl:with-param name="value" select="w:TotalPackageQuantity"/></xsl:call-template>
        <xsl:for-each select="$shipment/w:TradeTerms">
          <TradeTerms>
            <ConditionCode><xsl:apply-templates select="w:ConditionCode/text()"/></ConditionCode>
            <xsl:call-template name="as"><xsl:with-param name="name">LocationName</xsl:with-param><xsl:with-param name="value" select="w:LocationName"/></xsl:call-template>
            <xsl:call-template name="as"><xsl:with-param name="name">LocationID</xsl:with-param><xsl:with-param name="value" select="w:LocationID"/></xsl:call-template>
          </TradeTerms>
        </xsl:for-each>
        <xsl:for-each select="w:InvoiceAmount"><Invoice><Amount currency="{@currencyID}"><xsl:apply-templates/></Amount></Invoice></xsl:for-each>
        <xsl:apply-templates select="$shipment/w:Consignment/w:GoodsLocation"/>
        <xsl:apply-templates select="$shipment/w:Consignment/w:DepartureTransportMeans"/>
        <xsl:apply-templates select="$shipment/w:Consignment/w:ArrivalTransportMeans"/>
        <xsl:apply-templates select="w:BorderTransportMeans[w:ID or w:IdentificationTypeCode or w:RegistrationNationalityCode]"/>
        <xsl:apply-templates select="$shipment/w:PreviousDocument"/>
        <xsl:apply-templates select="w:AdditionalInformation"/>
        <xsl:call-template name="as"><xsl:with-param name="name">FreightPaymentCode</xsl:with-param><xsl:with-param name="value" select="w:Consignment/w:Freight/w:PaymentMethodCode"/></xsl:call-template>
        <xsl:for-each select="$shipment/w:Warehouse">
          <Warehouse>
            <ID><xsl:apply-templates select="w:ID/text()"/></ID>
            <TypeCode><xsl:apply-templates select="w:TypeCode/text()"/></TypeCode>
          </Warehouse>
        </xsl:for-each>
        <HouseConsignment>
          <SequenceNumeric>1</SequenceNumeric>
          <xsl:apply-templates select="$items"/>
        </HouseConsignment>
      </Consignment>
      <xsl:variable name="of-items" select="$items/w:Commodity/w:TransportEquipment[not(normalize-space(w:ID) = $shipment/w:Consignment/w:TransportEquipment/w:ID) and not(w:ID = ../../preceding-sibling::w:GovernmentAgencyGoodsItem/w:Commodity/w:TransportEquipment/w:ID)]"/>
      <xsl:if test="$shipment/w:Consignment/w:TransportEquipment or $of-items">
        <Trip>
          <xsl:apply-templates select="$shipment/w:Consignment/w:TransportEquipment"/>
          <xsl:apply-templates select="$of-items"/>
        </Trip>
      </xsl:if>
    </Declaration>
  </xsl:template>

  <!-- The total as stated, else the sum; whether it adds up is checked exactly by the rules. -->
  <xsl:template name="gross">
    <xsl:variable name="masses" select="$items/w:Commodity/w:GoodsMeasure/w:GrossMassMeasure"/>
    <xsl:choose>
      <xsl:when test="w:TotalGrossMassMeasure"><GrossMassMeasure unit="KGM"><xsl:value-of select="normalize-space(w:TotalGrossMassMeasure)"/></GrossMassMeasure></xsl:when>
      <xsl:when test="count($masses) = 1 and count($items) = 1"><GrossMassMeasure unit="KGM"><xsl:value-of select="normalize-space($masses)"/></GrossMassMeasure></xsl:when>
      <xsl:when test="$masses"><GrossMassMeasure unit="KGM"><xsl:value-of select="format-number(sum($masses), '0.######')"/></GrossMassMeasure></xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- 304 is ccyymmddhhmmss and an offset of Z or hours. -->
  <xsl:template match="t:DateTimeString">
    <xsl:variable name="s" select="normalize-space()"/>
    <IssueDateTime>
      <xsl:value-of select="concat(substring($s, 1, 4), '-', substring($s, 5, 2), '-', substring($s, 7, 2), 'T', substring($s, 9, 2), ':', substring($s, 11, 2), ':', substring($s, 13, 2), substring($s, 15))"/>
      <xsl:if test="string-length($s) = 17">:00</xsl:if>
    </IssueDateTime>
  </xsl:template>

  <xsl:template match="w:AuthorisationHolder">
    <Authorisation>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <TypeCode><xsl:apply-templates select="w:CategoryCode/text()"/></TypeCode>
      <HolderID><xsl:apply-templates select="w:ID/text()"/></HolderID>
    </Authorisation>
  </xsl:template>

  <xsl:template match="w:ObligationGuarantee">
    <Guarantee>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <TypeCode><xsl:apply-templates select="w:SecurityDetailsCode/text()"/></TypeCode>
      <xsl:call-template name="as"><xsl:with-param name="name">OtherReferenceID</xsl:with-param><xsl:with-param name="value" select="w:ID"/></xsl:call-template>
    </Guarantee>
  </xsl:template>

  <!-- Parties -->

  <xsl:template match="w:Exporter"><Party role="exporter"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Declarant"><Party role="declarant"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Agent"><Party role="representative"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Carrier"><Party role="carrier"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Consignee"><Party role="consignee"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Consignor"><Party role="consignor"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="w:Importer"><Party role="importer"><xsl:call-template name="party"/></Party></xsl:template>

  <!-- Numbers of operators begin with a country; others are tax numbers. -->
  <xsl:template name="party">
    <xsl:for-each select="w:ID">
      <xsl:variable name="begin" select="translate(substring(normalize-space(), 1, 2), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '')"/>
      <ID><xsl:attribute name="scheme"><xsl:choose><xsl:when test="$begin = ''">EORI</xsl:when><xsl:otherwise>TIN</xsl:otherwise></xsl:choose></xsl:attribute><xsl:apply-templates/></ID>
    </xsl:for-each>
    <xsl:call-template name="as"><xsl:with-param name="name">StatusCode</xsl:with-param><xsl:with-param name="value" select="w:FunctionCode"/></xsl:call-template>
    <xsl:call-template name="as"><xsl:with-param name="name">Name</xsl:with-param><xsl:with-param name="value" select="w:Name"/></xsl:call-template>
    <xsl:for-each select="w:Address">
      <Address>
        <xsl:call-template name="as"><xsl:with-param name="name">Line</xsl:with-param><xsl:with-param name="value" select="w:Line"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">CityName</xsl:with-param><xsl:with-param name="value" select="w:CityName"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">PostcodeID</xsl:with-param><xsl:with-param name="value" select="w:PostcodeID"/></xsl:call-template>
        <xsl:call-template name="as"><xsl:with-param name="name">CountryCode</xsl:with-param><xsl:with-param name="value" select="w:CountryCode"/></xsl:call-template>
      </Address>
    </xsl:for-each>
  </xsl:template>

  <!-- Place and means -->

  <xsl:template match="w:GoodsLocation">
    <xsl:variable name="qualifier" select="normalize-space(w:Address/w:TypeCode)"/>
    <xsl:variable name="country" select="normalize-space(w:Address/w:CountryCode)"/>
    <GoodsLocation>
      <TypeCode><xsl:apply-templates select="w:TypeCode/text()"/></TypeCode>
      <QualifierCode><xsl:value-of select="$qualifier"/></QualifierCode>
      <xsl:choose>
        <xsl:when test="$qualifier = 'U'"><ID><xsl:value-of select="concat($country, normalize-space(w:Name))"/></ID></xsl:when>
        <xsl:when test="$qualifier = 'Y'">
          <AuthorisationID><xsl:value-of select="normalize-space(w:Name)"/></AuthorisationID>
          <Address><CountryCode><xsl:value-of select="$country"/></CountryCode></Address>
        </xsl:when>
      </xsl:choose>
    </GoodsLocation>
  </xsl:template>

  <xsl:template match="w:DepartureTransportMeans"><xsl:if test="w:ID or w:IdentificationTypeCode"><DepartureTransportMeans><xsl:call-template name="means"/></DepartureTransportMeans></xsl:if></xsl:template>
  <xsl:template match="w:ArrivalTransportMeans"><xsl:if test="w:ID or w:IdentificationTypeCode"><ArrivalTransportMeans><xsl:call-template name="means"/></ArrivalTransportMeans></xsl:if></xsl:template>
  <xsl:template match="w:BorderTransportMeans"><BorderTransportMeans><xsl:call-template name="means"/></BorderTransportMeans></xsl:template>
  <xsl:template name="means">
    <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
    <xsl:call-template name="as"><xsl:with-param name="name">IdentificationTypeCode</xsl:with-param><xsl:with-param name="value" select="w:IdentificationTypeCode"/></xsl:call-template>
    <xsl:call-template name="as"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="w:ID"/></xsl:call-template>
    <xsl:call-template name="as"><xsl:with-param name="name">RegistrationNationalityCode</xsl:with-param><xsl:with-param name="value" select="w:RegistrationNationalityCode"/></xsl:call-template>
  </xsl:template>

  <!-- A seal numbered 0 says that there is none. Containers are named for the consignment or for single items. -->
  <xsl:template match="w:Consignment/w:TransportEquipment">
    <TransportEquipment>
      <SequenceNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></SequenceNumeric>
      <xsl:call-template name="as"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="w:ID"/></xsl:call-template>
      <xsl:if test="w:Seal[w:SequenceNumeric = '0' and w:ID = 'NOSEALS']"><SealQuantity>0</SealQuantity></xsl:if>
      <xsl:for-each select="w:Seal[not(w:SequenceNumeric = '0' and w:ID = 'NOSEALS')]">
        <Seal>
          <SequenceNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></SequenceNumeric>
          <ID><xsl:apply-templates select="w:ID/text()"/></ID>
        </Seal>
      </xsl:for-each>
      <xsl:call-template name="goods-inside"/>
    </TransportEquipment>
  </xsl:template>

  <xsl:template match="w:Commodity/w:TransportEquipment">
    <TransportEquipment>
      <SequenceNumeric><xsl:value-of select="position() + count($shipment/w:Consignment/w:TransportEquipment)"/></SequenceNumeric>
      <ID><xsl:apply-templates select="w:ID/text()"/></ID>
      <xsl:call-template name="goods-inside"/>
    </TransportEquipment>
  </xsl:template>

  <xsl:template name="goods-inside">
    <xsl:variable name="id" select="normalize-space(w:ID)"/>
    <xsl:for-each select="$items[w:Commodity/w:TransportEquipment[normalize-space(w:ID) = $id]]">
      <GoodsReference>
        <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
        <DeclarationItemNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></DeclarationItemNumeric>
      </GoodsReference>
    </xsl:for-each>
  </xsl:template>

  <!-- Goods -->

  <xsl:template match="w:GovernmentAgencyGoodsItem">
    <GoodsItem>
      <SequenceNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></SequenceNumeric>
      <DeclarationItemNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></DeclarationItemNumeric>
      <xsl:call-template name="as"><xsl:with-param name="name">ExportCountryCode</xsl:with-param><xsl:with-param name="value" select="w:ExportCountry/w:ID"/></xsl:call-template>
      <xsl:call-template name="as"><xsl:with-param name="name">TransactionNatureCode</xsl:with-param><xsl:with-param name="value" select="w:TransactionNatureCode"/></xsl:call-template>
      <xsl:for-each select="w:GovernmentProcedure">
        <GovernmentProcedure>
          <CurrentCode><xsl:apply-templates select="w:CurrentCode/text()"/></CurrentCode>
          <xsl:call-template name="as"><xsl:with-param name="name">PreviousCode</xsl:with-param><xsl:with-param name="value" select="w:PreviousCode"/></xsl:call-template>
        </GovernmentProcedure>
      </xsl:for-each>
      <xsl:apply-templates select="w:Consignee"/>
      <xsl:apply-templates select="w:Commodity"/>
      <xsl:for-each select="w:Commodity/w:GoodsMeasure/w:GrossMassMeasure"><GrossMassMeasure unit="KGM"><xsl:apply-templates/></GrossMassMeasure></xsl:for-each>
      <xsl:for-each select="w:Commodity/w:GoodsMeasure/w:NetNetWeightMeasure"><NetMassMeasure unit="KGM"><xsl:apply-templates/></NetMassMeasure></xsl:for-each>
      <xsl:for-each select="w:Commodity/w:GoodsMeasure/w:TariffQuantity"><Quantity use="supplementary"><xsl:apply-templates/></Quantity></xsl:for-each>
      <xsl:for-each select="w:Commodity/w:InvoiceLine/w:ItemChargeAmount"><ValueAmount currency="{@currencyID}"><xsl:apply-templates/></ValueAmount></xsl:for-each>
      <xsl:for-each select="w:Origin">
        <Origin>
          <CountryCode><xsl:apply-templates select="w:CountryCode/text()"/></CountryCode>
          <xsl:call-template name="as"><xsl:with-param name="name">TypeCode</xsl:with-param><xsl:with-param name="value" select="w:TypeCode"/></xsl:call-template>
        </Origin>
      </xsl:for-each>
      <xsl:for-each select="w:Packaging">
        <Packaging>
          <SequenceNumeric><xsl:apply-templates select="w:SequenceNumeric/text()"/></SequenceNumeric>
          <TypeCode><xsl:apply-templates select="w:TypeCode/text()"/></TypeCode>
          <xsl:call-template name="as"><xsl:with-param name="name">Quantity</xsl:with-param><xsl:with-param name="value" select="w:QuantityQuantity"/></xsl:call-template>
          <xsl:call-template name="as"><xsl:with-param name="name">Marks</xsl:with-param><xsl:with-param name="value" select="w:MarksNumbersID"/></xsl:call-template>
        </Packaging>
      </xsl:for-each>
      <xsl:apply-templates select="w:PreviousDocument"/>
      <xsl:apply-templates select="w:AdditionalDocument"/>
      <xsl:apply-templates select="w:AdditionalInformation"/>
    </GoodsItem>
  </xsl:template>

  <!-- TSP is the combined nomenclature in eight digits, CV the CUS number; other classifications keep their kind. -->
  <xsl:template match="w:Commodity">
    <xsl:variable name="tsp" select="normalize-space(w:Classification[normalize-space(w:IdentificationTypeCode) = 'TSP']/w:ID)"/>
    <Commodity>
      <xsl:if test="$tsp">
        <HarmonizedSystemCode><xsl:value-of select="substring($tsp, 1, 6)"/></HarmonizedSystemCode>
        <xsl:if test="string-length($tsp) &gt; 6"><CombinedNomenclatureCode><xsl:value-of select="substring($tsp, 7)"/></CombinedNomenclatureCode></xsl:if>
      </xsl:if>
      <xsl:call-template name="as"><xsl:with-param name="name">CUSCode</xsl:with-param><xsl:with-param name="value" select="w:Classification[normalize-space(w:IdentificationTypeCode) = 'CV']/w:ID"/></xsl:call-template>
      <xsl:for-each select="w:Classification[not(normalize-space(w:IdentificationTypeCode) = 'TSP' or normalize-space(w:IdentificationTypeCode) = 'CV')]">
        <Classification type="{normalize-space(w:IdentificationTypeCode)}"><xsl:apply-templates select="w:ID/text()"/></Classification>
      </xsl:for-each>
      <xsl:call-template name="as"><xsl:with-param name="name">Description</xsl:with-param><xsl:with-param name="value" select="w:Description"/></xsl:call-template>
    </Commodity>
  </xsl:template>

  <!-- Papers: category and type make one code, as C505 or N935. -->

  <xsl:template match="w:PreviousDocument">
    <Document>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <CategoryCode>previous</CategoryCode>
      <TypeCode><xsl:value-of select="concat(normalize-space(w:CategoryCode), normalize-space(w:TypeCode))"/></TypeCode>
      <xsl:call-template name="as"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="w:ID"/></xsl:call-template>
      <xsl:call-template name="as"><xsl:with-param name="name">GoodsItemNumeric</xsl:with-param><xsl:with-param name="value" select="w:LineNumeric"/></xsl:call-template>
    </Document>
  </xsl:template>

  <xsl:template match="w:GovernmentAgencyGoodsItem/w:AdditionalDocument">
    <Document>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <CategoryCode>supporting</CategoryCode>
      <TypeCode><xsl:value-of select="concat(normalize-space(w:CategoryCode), normalize-space(w:TypeCode))"/></TypeCode>
      <xsl:call-template name="as"><xsl:with-param name="name">ID</xsl:with-param><xsl:with-param name="value" select="w:ID"/></xsl:call-template>
      <xsl:call-template name="as"><xsl:with-param name="name">ComplementaryInformation</xsl:with-param><xsl:with-param name="value" select="w:Name"/></xsl:call-template>
      <xsl:call-template name="as"><xsl:with-param name="name">ExemptionCode</xsl:with-param><xsl:with-param name="value" select="w:LPCOExemptionCode"/></xsl:call-template>
    </Document>
  </xsl:template>

  <xsl:template match="w:AdditionalInformation">
    <AdditionalInformation>
      <SequenceNumeric><xsl:value-of select="position()"/></SequenceNumeric>
      <StatementCode><xsl:apply-templates select="w:StatementCode/text()"/></StatementCode>
      <xsl:call-template name="as"><xsl:with-param name="name">StatementDescription</xsl:with-param><xsl:with-param name="value" select="w:StatementDescription"/></xsl:call-template>
      <xsl:call-template name="as"><xsl:with-param name="name">StatementTypeCode</xsl:with-param><xsl:with-param name="value" select="w:StatementTypeCode"/></xsl:call-template>
    </AdditionalInformation>
  </xsl:template>
</xsl:stylesheet>
