<?xml version="1.0" encoding="UTF-8"?>
<!-- The enterprise declaration in the words of the common transit messages. The includer says with the
     variable `record` whether it writes an office record (leaves out what only the departure office
     may see) or the trader's own message, and with the template `expected` how it spells a time. This file is kept alike in schemas/intake/ctc-cc015 and
     schemas/packs/ctc/project; a test holds them together. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="urn:fullroute:declaration:1"
  xmlns:p="urn:fullroute:prepared:1" exclude-result-prefixes="d p">

  <!-- Header parts -->
  <xsl:template match="d:FunctionalReferenceID"><LRN><xsl:value-of select="."/></LRN></xsl:template>
  <xsl:template match="d:TypeCode"><declarationType><xsl:value-of select="."/></declarationType></xsl:template>
  <xsl:template match="d:AdditionalTypeCode"><additionalDeclarationType><xsl:value-of select="."/></additionalDeclarationType></xsl:template>
  <xsl:template match="d:TIRCarnetID"><TIRCarnetNumber><xsl:value-of select="."/></TIRCarnetNumber></xsl:template>
  <xsl:template match="d:PresentationDateTime"><presentationOfTheGoodsDateAndTime><xsl:value-of select="."/></presentationOfTheGoodsDateAndTime></xsl:template>
  <xsl:template match="d:SpecificCircumstancesCode"><specificCircumstanceIndicator><xsl:value-of select="."/></specificCircumstanceIndicator></xsl:template>
  <xsl:template match="d:CommunicationLanguageCode"><communicationLanguageAtDeparture><xsl:value-of select="."/></communicationLanguageAtDeparture></xsl:template>
  <xsl:template match="d:LimitDate"><limitDate><xsl:value-of select="."/></limitDate></xsl:template>

  <xsl:template match="d:Authorisation">
    <Authorisation>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <type><xsl:value-of select="d:TypeCode"/></type>
      <referenceNumber><xsl:value-of select="d:ID"/></referenceNumber>
      <xsl:apply-templates select="d:HolderID"/>
    </Authorisation>
  </xsl:template>

  <xsl:template match="d:Guarantee">
    <Guarantee>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <guaranteeType><xsl:value-of select="d:TypeCode"/></guaranteeType>
      <xsl:for-each select="d:OtherReferenceID"><otherGuaranteeReference><xsl:value-of select="."/></otherGuaranteeReference></xsl:for-each>
      <xsl:for-each select="d:Reference">
        <GuaranteeReference>
          <xsl:apply-templates select="d:SequenceNumeric"/>
          <xsl:for-each select="d:ID"><GRN><xsl:value-of select="."/></GRN></xsl:for-each>
          <xsl:for-each select="d:AccessCode"><accessCode><xsl:value-of select="."/></accessCode></xsl:for-each>
          <xsl:for-each select="d:Amount">
            <amountToBeCovered><xsl:value-of select="."/></amountToBeCovered>
            <currency><xsl:value-of select="@currency"/></currency>
          </xsl:for-each>
        </GuaranteeReference>
      </xsl:for-each>
    </Guarantee>
  </xsl:template>

  <!-- Offices -->
  <xsl:template name="departure">
    <CustomsOfficeOfDeparture><referenceNumber><xsl:value-of select="d:Itinerary/d:Office[d:RoleCode = 'departure']/d:ID"/></referenceNumber></CustomsOfficeOfDeparture>
  </xsl:template>
  <xsl:template name="destination">
    <CustomsOfficeOfDestinationDeclared><referenceNumber><xsl:value-of select="d:Itinerary/d:Office[d:RoleCode = 'destination']/d:ID"/></referenceNumber></CustomsOfficeOfDestinationDeclared>
  </xsl:template>
  <xsl:template name="transits">
    <xsl:for-each select="d:Itinerary/d:Office[d:RoleCode = 'transit']">
      <CustomsOfficeOfTransitDeclared>
        <xsl:call-template name="office"/>
        <xsl:for-each select="d:ExpectedDateTime">
          <arrivalDateAndTimeEstimated><xsl:call-template name="expected"/></arrivalDateAndTimeEstimated>
        </xsl:for-each>
      </CustomsOfficeOfTransitDeclared>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="exits">
    <xsl:for-each select="d:Itinerary/d:Office[d:RoleCode = 'exit']">
      <CustomsOfficeOfExitForTransitDeclared><xsl:call-template name="office"/></CustomsOfficeOfExitForTransitDeclared>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="office">
    <sequenceNumber>
      <xsl:choose>
        <xsl:when test="d:RoleSequenceNumeric"><xsl:value-of select="d:RoleSequenceNumeric"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="position()"/></xsl:otherwise>
      </xsl:choose>
    </sequenceNumber>
    <referenceNumber><xsl:value-of select="d:ID"/></referenceNumber>
  </xsl:template>

  <!-- Parties. Where an enterprise declares exporter and importer only, they stand for consignor and consignee. -->
  <xsl:template name="holder">
    <xsl:for-each select="(d:Party[@role = 'holder'] | d:Party[@role = 'declarant'][not(../d:Party[@role = 'holder'])])[1]">
      <HolderOfTheTransitProcedure><xsl:call-template name="party"/></HolderOfTheTransitProcedure>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="representative">
    <xsl:for-each select="d:Party[@role = 'representative']">
      <Representative><xsl:call-template name="party"/></Representative>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="carrier">
    <xsl:for-each select="d:Party[@role = 'carrier']">
      <Carrier>
        <xsl:choose>
          <xsl:when test="$record"><xsl:apply-templates select="d:ID"/></xsl:when>
          <xsl:otherwise><xsl:call-template name="party"/></xsl:otherwise>
        </xsl:choose>
      </Carrier>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="consignor">
    <xsl:for-each select="(d:Party[@role = 'consignor'] | d:Party[@role = 'exporter'][not(../d:Party[@role = 'consignor'])])[1]">
      <Consignor><xsl:call-template name="party"/></Consignor>
    </xsl:for-each>
  </xsl:template>
  <xsl:template name="consignee">
    <xsl:for-each select="(d:Party[@role = 'consignee'] | d:Party[@role = 'importer'][not(../d:Party[@role = 'consignee'])])[1]">
      <Consignee><xsl:call-template name="party"/></Consignee>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="party">
    <xsl:apply-templates select="d:ID"/>
    <xsl:for-each select="d:StatusCode"><status><xsl:value-of select="."/></status></xsl:for-each>
    <xsl:for-each select="(d:Name[@lang = 'en'] | d:Name[not(@lang)] | d:Name[not(../d:Name[@lang = 'en']) and not(../d:Name[not(@lang)])])[1]">
      <name><xsl:value-of select="."/></name>
    </xsl:for-each>
    <xsl:apply-templates select="d:Address"/>
    <xsl:if test="not($record)"><xsl:apply-templates select="d:Contact"/></xsl:if>
  </xsl:template>
  <xsl:template match="d:ID"/>
  <xsl:template match="d:ID[@scheme = 'EORI' or @scheme = 'TIN']"><identificationNumber><xsl:value-of select="."/></identificationNumber></xsl:template>
  <xsl:template match="d:ID[@scheme = 'TIRHOLDER']"><TIRHolderIdentificationNumber><xsl:value-of select="."/></TIRHolderIdentificationNumber></xsl:template>

  <xsl:template match="d:Address">
    <Address>
      <xsl:for-each select="(d:Line[@lang = 'en'] | d:Line[not(@lang)] | d:Line[not(../d:Line[@lang = 'en']) and not(../d:Line[not(@lang)])])[1]"><streetAndNumber><xsl:value-of select="."/></streetAndNumber></xsl:for-each>
      <xsl:for-each select="d:PostcodeID"><postcode><xsl:value-of select="."/></postcode></xsl:for-each>
      <xsl:for-each select="d:CityName"><city><xsl:value-of select="."/></city></xsl:for-each>
      <xsl:for-each select="d:CountryCode"><country><xsl:value-of select="."/></country></xsl:for-each>
    </Address>
  </xsl:template>
  <xsl:template match="d:PostcodeAddress">
    <PostcodeAddress>
      <xsl:for-each select="d:HouseID"><houseNumber><xsl:value-of select="."/></houseNumber></xsl:for-each>
      <xsl:for-each select="d:PostcodeID"><postcode><xsl:value-of select="."/></postcode></xsl:for-each>
      <xsl:for-each select="d:CountryCode"><country><xsl:value-of select="."/></country></xsl:for-each>
    </PostcodeAddress>
  </xsl:template>
  <xsl:template match="d:Contact">
    <ContactPerson>
      <name><xsl:value-of select="d:Name"/></name>
      <xsl:for-each select="d:Telephone"><phoneNumber><xsl:value-of select="."/></phoneNumber></xsl:for-each>
      <xsl:for-each select="d:Email"><eMailAddress><xsl:value-of select="."/></eMailAddress></xsl:for-each>
    </ContactPerson>
  </xsl:template>
  <xsl:template match="d:AdditionalActor">
    <AdditionalSupplyChainActor>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <role><xsl:value-of select="d:RoleCode"/></role>
      <identificationNumber><xsl:value-of select="d:ID"/></identificationNumber>
    </AdditionalSupplyChainActor>
  </xsl:template>

  <!-- Goods -->
  <xsl:template match="d:Consignment">
    <Consignment><xsl:call-template name="consigned"/></Consignment>
  </xsl:template>

  <xsl:template name="consigned">
    <xsl:apply-templates select="d:ExportCountryCode"/>
    <xsl:apply-templates select="d:DestinationCountryCode"/>
    <xsl:call-template name="container-indicator"/>
    <xsl:call-template name="modes"/>
    <xsl:apply-templates select="d:GrossMassMeasure"/>
    <xsl:apply-templates select="d:UCR"/>
    <xsl:if test="not($withheld)"><xsl:for-each select=".."><xsl:call-template name="carrier"/></xsl:for-each></xsl:if>
    <xsl:for-each select="..">
      <xsl:call-template name="consignor"/>
      <xsl:call-template name="consignee"/>
    </xsl:for-each>
    <xsl:apply-templates select="d:AdditionalActor"/>
    <xsl:apply-templates select="../d:Trip/d:TransportEquipment"/>
    <xsl:if test="not($record)"><xsl:apply-templates select="d:GoodsLocation"/></xsl:if>
    <xsl:apply-templates select="d:DepartureTransportMeans"/>
    <xsl:for-each select="../d:Itinerary/d:RoutingCountryCode">
      <CountryOfRoutingOfConsignment>
        <sequenceNumber>
          <xsl:choose>
            <xsl:when test="@sequence"><xsl:value-of select="@sequence"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="position()"/></xsl:otherwise>
          </xsl:choose>
        </sequenceNumber>
        <country><xsl:value-of select="."/></country>
      </CountryOfRoutingOfConsignment>
    </xsl:for-each>
    <xsl:apply-templates select="d:BorderTransportMeans"/>
    <xsl:call-template name="loading"/>
    <xsl:if test="not($withheld)">
      <xsl:for-each select="d:UnloadingLocation"><PlaceOfUnloading><xsl:call-template name="place"/></PlaceOfUnloading></xsl:for-each>
    </xsl:if>
    <xsl:call-template name="papers"/>
    <xsl:apply-templates select="d:HouseConsignment"/>
  </xsl:template>

  <xsl:template name="modes">
    <xsl:for-each select="d:InlandModeCode"><inlandModeOfTransport><xsl:value-of select="."/></inlandModeOfTransport></xsl:for-each>
    <xsl:for-each select="d:BorderModeCode"><modeOfTransportAtTheBorder><xsl:value-of select="."/></modeOfTransportAtTheBorder></xsl:for-each>
  </xsl:template>
  <xsl:template name="loading">
    <xsl:for-each select="d:LoadingLocation"><PlaceOfLoading><xsl:call-template name="place"/></PlaceOfLoading></xsl:for-each>
  </xsl:template>

  <!-- Office records must say it (before presentation the trader need not): a numbered container means yes. -->
  <xsl:template name="container-indicator">
    <xsl:choose>
      <xsl:when test="d:ContainerIndicator"><containerIndicator><xsl:value-of select="d:ContainerIndicator"/></containerIndicator></xsl:when>
      <xsl:when test="$record"><containerIndicator><xsl:value-of select="number(boolean(../d:Trip/d:TransportEquipment/d:ID))"/></containerIndicator></xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="d:HouseConsignment">
    <HouseConsignment>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <xsl:apply-templates select="d:ExportCountryCode"/>
      <xsl:apply-templates select="d:DestinationCountryCode"/>
      <xsl:choose>
        <xsl:when test="d:GrossMassMeasure"><xsl:apply-templates select="d:GrossMassMeasure"/></xsl:when>
        <xsl:when test="count(../d:HouseConsignment) = 1"><xsl:apply-templates select="../d:GrossMassMeasure"/></xsl:when>
      </xsl:choose>
      <xsl:apply-templates select="d:UCR"/>
      <xsl:for-each select="d:Party[@role = 'consignor']"><Consignor><xsl:call-template name="party"/></Consignor></xsl:for-each>
      <xsl:for-each select="d:Party[@role = 'consignee']"><Consignee><xsl:call-template name="party"/></Consignee></xsl:for-each>
      <xsl:apply-templates select="d:AdditionalActor"/>
      <xsl:apply-templates select="d:DepartureTransportMeans"/>
      <xsl:call-template name="papers"/>
      <xsl:apply-templates select="d:GoodsItem"/>
    </HouseConsignment>
  </xsl:template>

  <xsl:template match="d:GoodsItem">
    <ConsignmentItem>
      <goodsItemNumber><xsl:value-of select="d:SequenceNumeric"/></goodsItemNumber>
      <declarationGoodsItemNumber><xsl:value-of select="d:DeclarationItemNumeric"/></declarationGoodsItemNumber>
      <xsl:apply-templates select="d:TypeCode"/>
      <xsl:apply-templates select="d:ExportCountryCode"/>
      <xsl:apply-templates select="d:DestinationCountryCode"/>
      <xsl:apply-templates select="d:UCR"/>
      <xsl:for-each select="d:Party[@role = 'consignee']"><Consignee><xsl:call-template name="party"/></Consignee></xsl:for-each>
      <xsl:apply-templates select="d:AdditionalActor"/>
      <xsl:call-template name="commodity"/>
      <xsl:for-each select="d:Packaging">
        <Packaging>
          <xsl:apply-templates select="d:SequenceNumeric"/>
          <typeOfPackages><xsl:value-of select="d:TypeCode"/></typeOfPackages>
          <xsl:for-each select="d:Quantity"><numberOfPackages><xsl:value-of select="."/></numberOfPackages></xsl:for-each>
          <xsl:for-each select="d:Marks"><shippingMarks><xsl:value-of select="."/></shippingMarks></xsl:for-each>
        </Packaging>
      </xsl:for-each>
      <xsl:call-template name="papers"/>
    </ConsignmentItem>
  </xsl:template>

  <xsl:template name="commodity">
    <Commodity>
      <xsl:for-each select="(d:Commodity/d:Description[@lang = 'en'] | d:Commodity/d:Description[not(@lang)] | d:Commodity/d:Description[not(../d:Description[@lang = 'en']) and not(../d:Description[not(@lang)])])[1]">
        <descriptionOfGoods><xsl:value-of select="."/></descriptionOfGoods>
      </xsl:for-each>
      <xsl:for-each select="d:Commodity/d:CUSCode"><cusCode><xsl:value-of select="."/></cusCode></xsl:for-each>
      <xsl:for-each select="d:Commodity/d:HarmonizedSystemCode">
        <CommodityCode>
          <harmonizedSystemSubHeadingCode><xsl:value-of select="."/></harmonizedSystemSubHeadingCode>
          <xsl:for-each select="../d:CombinedNomenclatureCode"><combinedNomenclatureCode><xsl:value-of select="."/></combinedNomenclatureCode></xsl:for-each>
        </CommodityCode>
      </xsl:for-each>
      <xsl:for-each select="d:Commodity/d:DangerousGoods">
        <DangerousGoods><xsl:apply-templates select="d:SequenceNumeric"/><UNNumber><xsl:value-of select="d:UNDGID"/></UNNumber></DangerousGoods>
      </xsl:for-each>
      <xsl:if test="d:GrossMassMeasure | d:NetMassMeasure | d:Quantity[@use = 'supplementary']">
        <GoodsMeasure>
          <xsl:apply-templates select="d:GrossMassMeasure"/>
          <xsl:for-each select="d:NetMassMeasure"><netMass><xsl:value-of select="."/></netMass></xsl:for-each>
          <xsl:for-each select="d:Quantity[@use = 'supplementary']"><supplementaryUnits><xsl:value-of select="."/></supplementaryUnits></xsl:for-each>
        </GoodsMeasure>
      </xsl:if>
    </Commodity>
  </xsl:template>

  <xsl:template match="d:SequenceNumeric"><sequenceNumber><xsl:value-of select="."/></sequenceNumber></xsl:template>
  <xsl:template match="d:UCR"><referenceNumberUCR><xsl:value-of select="."/></referenceNumberUCR></xsl:template>
  <xsl:template match="d:ExportCountryCode"><countryOfDispatch><xsl:value-of select="."/></countryOfDispatch></xsl:template>
  <xsl:template match="d:DestinationCountryCode"><countryOfDestination><xsl:value-of select="."/></countryOfDestination></xsl:template>
  <xsl:template match="d:GrossMassMeasure"><grossMass><xsl:value-of select="."/></grossMass></xsl:template>

  <!-- Papers -->
  <xsl:template name="papers">
    <xsl:for-each select="d:Document[d:CategoryCode = 'previous']"><PreviousDocument><xsl:call-template name="document"/></PreviousDocument></xsl:for-each>
    <xsl:for-each select="d:Document[d:CategoryCode = 'supporting']"><SupportingDocument><xsl:call-template name="document"/></SupportingDocument></xsl:for-each>
    <xsl:for-each select="d:Document[d:CategoryCode = 'transport']"><TransportDocument><xsl:call-template name="document"/></TransportDocument></xsl:for-each>
    <xsl:for-each select="d:Document[d:CategoryCode = 'reference']"><AdditionalReference><xsl:call-template name="document"/></AdditionalReference></xsl:for-each>
    <xsl:for-each select="d:AdditionalInformation">
      <AdditionalInformation>
        <xsl:apply-templates select="d:SequenceNumeric"/>
        <code><xsl:value-of select="d:StatementCode"/></code>
        <xsl:for-each select="d:StatementDescription"><text><xsl:value-of select="."/></text></xsl:for-each>
      </AdditionalInformation>
    </xsl:for-each>
    <xsl:if test="not($withheld)">
      <xsl:for-each select="d:FreightPaymentCode"><TransportCharges><methodOfPayment><xsl:value-of select="."/></methodOfPayment></TransportCharges></xsl:for-each>
    </xsl:if>
  </xsl:template>

  <xsl:template name="document">
    <xsl:apply-templates select="d:SequenceNumeric"/>
    <type><xsl:value-of select="d:TypeCode"/></type>
    <xsl:for-each select="d:ID"><referenceNumber><xsl:value-of select="."/></referenceNumber></xsl:for-each>
    <xsl:for-each select="d:LineItemNumeric"><documentLineItemNumber><xsl:value-of select="."/></documentLineItemNumber></xsl:for-each>
    <xsl:for-each select="d:GoodsItemNumeric"><goodsItemNumber><xsl:value-of select="."/></goodsItemNumber></xsl:for-each>
    <xsl:for-each select="d:PackageTypeCode"><typeOfPackages><xsl:value-of select="."/></typeOfPackages></xsl:for-each>
    <xsl:for-each select="d:PackageQuantity"><numberOfPackages><xsl:value-of select="."/></numberOfPackages></xsl:for-each>
    <xsl:for-each select="d:MeasurementUnitCode"><measurementUnitAndQualifier><xsl:value-of select="."/></measurementUnitAndQualifier></xsl:for-each>
    <xsl:for-each select="d:Quantity"><quantity><xsl:value-of select="."/></quantity></xsl:for-each>
    <xsl:for-each select="d:ComplementaryInformation"><complementOfInformation><xsl:value-of select="."/></complementOfInformation></xsl:for-each>
  </xsl:template>

  <!-- Places and means -->
  <xsl:template name="place">
    <xsl:for-each select="d:ID"><UNLocode><xsl:value-of select="."/></UNLocode></xsl:for-each>
    <xsl:for-each select="d:CountryCode"><country><xsl:value-of select="."/></country></xsl:for-each>
    <xsl:for-each select="d:Name"><location><xsl:value-of select="."/></location></xsl:for-each>
  </xsl:template>

  <xsl:template match="d:GoodsLocation">
    <LocationOfGoods>
      <typeOfLocation><xsl:value-of select="d:TypeCode"/></typeOfLocation>
      <qualifierOfIdentification><xsl:value-of select="d:QualifierCode"/></qualifierOfIdentification>
      <xsl:for-each select="d:AuthorisationID"><authorisationNumber><xsl:value-of select="."/></authorisationNumber></xsl:for-each>
      <xsl:for-each select="d:AdditionalID"><additionalIdentifier><xsl:value-of select="."/></additionalIdentifier></xsl:for-each>
      <xsl:for-each select="d:ID"><UNLocode><xsl:value-of select="."/></UNLocode></xsl:for-each>
      <xsl:for-each select="d:OfficeID"><CustomsOffice><referenceNumber><xsl:value-of select="."/></referenceNumber></CustomsOffice></xsl:for-each>
      <xsl:for-each select="d:Position">
        <GNSS>
          <latitude><xsl:value-of select="d:LatitudeMeasure"/></latitude>
          <longitude><xsl:value-of select="d:LongitudeMeasure"/></longitude>
        </GNSS>
      </xsl:for-each>
      <xsl:for-each select="d:OperatorID"><EconomicOperator><identificationNumber><xsl:value-of select="."/></identificationNumber></EconomicOperator></xsl:for-each>
      <xsl:apply-templates select="d:Address"/>
      <xsl:apply-templates select="d:PostcodeAddress"/>
      <xsl:apply-templates select="d:Contact"/>
    </LocationOfGoods>
  </xsl:template>

  <xsl:template match="d:DepartureTransportMeans">
    <DepartureTransportMeans>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <xsl:call-template name="means"/>
    </DepartureTransportMeans>
  </xsl:template>
  <xsl:template match="d:BorderTransportMeans">
    <ActiveBorderTransportMeans>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <xsl:for-each select="d:OfficeID"><customsOfficeAtBorderReferenceNumber><xsl:value-of select="."/></customsOfficeAtBorderReferenceNumber></xsl:for-each>
      <xsl:call-template name="means"/>
      <xsl:for-each select="d:JourneyID"><conveyanceReferenceNumber><xsl:value-of select="."/></conveyanceReferenceNumber></xsl:for-each>
    </ActiveBorderTransportMeans>
  </xsl:template>
  <xsl:template name="means">
    <xsl:for-each select="d:IdentificationTypeCode"><typeOfIdentification><xsl:value-of select="."/></typeOfIdentification></xsl:for-each>
    <xsl:for-each select="d:ID"><identificationNumber><xsl:value-of select="."/></identificationNumber></xsl:for-each>
    <xsl:for-each select="d:RegistrationNationalityCode"><nationality><xsl:value-of select="."/></nationality></xsl:for-each>
  </xsl:template>

  <xsl:template match="d:TransportEquipment">
    <TransportEquipment>
      <xsl:apply-templates select="d:SequenceNumeric"/>
      <xsl:for-each select="d:ID"><containerIdentificationNumber><xsl:value-of select="."/></containerIdentificationNumber></xsl:for-each>
      <numberOfSeals>
        <xsl:choose>
          <xsl:when test="d:SealQuantity"><xsl:value-of select="d:SealQuantity"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="count(d:Seal)"/></xsl:otherwise>
        </xsl:choose>
      </numberOfSeals>
      <xsl:for-each select="d:Seal">
        <Seal><xsl:apply-templates select="d:SequenceNumeric"/><identifier><xsl:value-of select="d:ID"/></identifier></Seal>
      </xsl:for-each>
      <xsl:for-each select="d:GoodsReference">
        <GoodsReference>
          <xsl:apply-templates select="d:SequenceNumeric"/>
          <declarationGoodsItemNumber><xsl:value-of select="d:DeclarationItemNumeric"/></declarationGoodsItemNumber>
        </GoodsReference>
      </xsl:for-each>
    </TransportEquipment>
  </xsl:template>
</xsl:stylesheet>
