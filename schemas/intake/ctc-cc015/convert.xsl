<?xml version="1.0" encoding="UTF-8"?>
<!-- CC015C to the enterprise declaration. Every value is carried as spelled; places are listed in intake.toml. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:n="http://ncts.dgtaxud.ec" xmlns="urn:fullroute:declaration:1" exclude-result-prefixes="n">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:template match="/">
    <xsl:apply-templates select="n:CC015C"/>
  </xsl:template>

  <xsl:template match="n:CC015C">
    <Declaration>
      <xsl:apply-templates select="TransitOperation/LRN"/>
      <xsl:apply-templates select="TransitOperation/declarationType"/>
      <xsl:apply-templates select="TransitOperation/additionalDeclarationType"/>
      <xsl:apply-templates select="preparationDateAndTime"/>
      <Submission>
        <xsl:apply-templates select="messageSender"/>
        <xsl:apply-templates select="messageRecipient"/>
        <xsl:apply-templates select="messageIdentification"/>
        <xsl:apply-templates select="messageType"/>
        <xsl:apply-templates select="correlationIdentifier"/>
        <xsl:apply-templates select="@PhaseID"/>
      </Submission>
      <TransitOperation>
        <xsl:apply-templates select="TransitOperation/TIRCarnetNumber"/>
        <xsl:apply-templates select="TransitOperation/presentationOfTheGoodsDateAndTime"/>
        <xsl:apply-templates select="TransitOperation/security"/>
        <xsl:apply-templates select="TransitOperation/reducedDatasetIndicator"/>
        <xsl:apply-templates select="TransitOperation/specificCircumstanceIndicator"/>
        <xsl:apply-templates select="TransitOperation/communicationLanguageAtDeparture"/>
        <xsl:apply-templates select="TransitOperation/bindingItinerary"/>
        <xsl:apply-templates select="TransitOperation/limitDate"/>
      </TransitOperation>
      <xsl:apply-templates select="Authorisation"/>
      <xsl:apply-templates select="Guarantee"/>
      <xsl:apply-templates select="HolderOfTheTransitProcedure"/>
      <xsl:apply-templates select="Representative"/>
      <xsl:apply-templates select="Consignment/Carrier"/>
      <xsl:apply-templates select="Consignment/Consignor"/>
      <xsl:apply-templates select="Consignment/Consignee"/>
      <xsl:call-template name="itinerary"/>
      <xsl:apply-templates select="Consignment"/>
      <xsl:if test="Consignment/TransportEquipment">
        <Trip><xsl:apply-templates select="Consignment/TransportEquipment"/></Trip>
      </xsl:if>
    </Declaration>
  </xsl:template>

  <!-- Header -->
  <xsl:template match="LRN"><FunctionalReferenceID><xsl:value-of select="."/></FunctionalReferenceID></xsl:template>
  <xsl:template match="declarationType"><TypeCode><xsl:value-of select="."/></TypeCode></xsl:template>
  <xsl:template match="additionalDeclarationType"><AdditionalTypeCode><xsl:value-of select="."/></AdditionalTypeCode></xsl:template>
  <xsl:template match="preparationDateAndTime"><IssueDateTime><xsl:value-of select="."/></IssueDateTime></xsl:template>
  <xsl:template match="messageSender"><SenderID><xsl:value-of select="."/></SenderID></xsl:template>
  <xsl:template match="messageRecipient"><RecipientID><xsl:value-of select="."/></RecipientID></xsl:template>
  <xsl:template match="messageIdentification"><MessageID><xsl:value-of select="."/></MessageID></xsl:template>
  <xsl:template match="messageType"><MessageTypeCode><xsl:value-of select="."/></MessageTypeCode></xsl:template>
  <xsl:template match="correlationIdentifier"><CorrelationID><xsl:value-of select="."/></CorrelationID></xsl:template>
  <xsl:template match="@PhaseID"><PhaseCode><xsl:value-of select="."/></PhaseCode></xsl:template>
  <xsl:template match="TIRCarnetNumber"><TIRCarnetID><xsl:value-of select="."/></TIRCarnetID></xsl:template>
  <xsl:template match="presentationOfTheGoodsDateAndTime"><PresentationDateTime><xsl:value-of select="."/></PresentationDateTime></xsl:template>
  <xsl:template match="security"><SecurityCode><xsl:value-of select="."/></SecurityCode></xsl:template>
  <xsl:template match="reducedDatasetIndicator"><ReducedDatasetIndicator><xsl:value-of select="."/></ReducedDatasetIndicator></xsl:template>
  <xsl:template match="specificCircumstanceIndicator"><SpecificCircumstancesCode><xsl:value-of select="."/></SpecificCircumstancesCode></xsl:template>
  <xsl:template match="communicationLanguageAtDeparture"><CommunicationLanguageCode><xsl:value-of select="."/></CommunicationLanguageCode></xsl:template>
  <xsl:template match="bindingItinerary"><BindingItineraryIndicator><xsl:value-of select="."/></BindingItineraryIndicator></xsl:template>
  <xsl:template match="limitDate"><LimitDate><xsl:value-of select="."/></LimitDate></xsl:template>

  <xsl:template match="Authorisation">
    <Authorisation>
      <xsl:apply-templates select="sequenceNumber"/>
      <TypeCode><xsl:value-of select="type"/></TypeCode>
      <ID><xsl:value-of select="referenceNumber"/></ID>
      <xsl:for-each select="holderOfAuthorisation"><HolderID><xsl:value-of select="."/></HolderID></xsl:for-each>
    </Authorisation>
  </xsl:template>

  <xsl:template match="Guarantee">
    <Guarantee>
      <xsl:apply-templates select="sequenceNumber"/>
      <TypeCode><xsl:value-of select="guaranteeType"/></TypeCode>
      <xsl:for-each select="otherGuaranteeReference"><OtherReferenceID><xsl:value-of select="."/></OtherReferenceID></xsl:for-each>
      <xsl:for-each select="GuaranteeReference">
        <Reference>
          <xsl:apply-templates select="sequenceNumber"/>
          <xsl:for-each select="GRN"><ID><xsl:value-of select="."/></ID></xsl:for-each>
          <xsl:for-each select="accessCode"><AccessCode><xsl:value-of select="."/></AccessCode></xsl:for-each>
          <xsl:for-each select="amountToBeCovered"><Amount currency="{../currency}"><xsl:value-of select="."/></Amount></xsl:for-each>
        </Reference>
      </xsl:for-each>
    </Guarantee>
  </xsl:template>

  <!-- Parties -->
  <xsl:template match="HolderOfTheTransitProcedure"><Party role="holder"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="Representative"><Party role="representative"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="Carrier"><Party role="carrier"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="Consignor"><Party role="consignor"><xsl:call-template name="party"/></Party></xsl:template>
  <xsl:template match="Consignee"><Party role="consignee"><xsl:call-template name="party"/></Party></xsl:template>

  <xsl:template name="party">
    <xsl:for-each select="identificationNumber"><ID scheme="EORI"><xsl:value-of select="."/></ID></xsl:for-each>
    <xsl:for-each select="TIRHolderIdentificationNumber"><ID scheme="TIRHOLDER"><xsl:value-of select="."/></ID></xsl:for-each>
    <xsl:for-each select="status"><StatusCode><xsl:value-of select="."/></StatusCode></xsl:for-each>
    <xsl:for-each select="name"><Name><xsl:value-of select="."/></Name></xsl:for-each>
    <xsl:apply-templates select="Address"/>
    <xsl:apply-templates select="ContactPerson"/>
  </xsl:template>

  <xsl:template match="Address">
    <Address>
      <xsl:for-each select="streetAndNumber"><Line><xsl:value-of select="."/></Line></xsl:for-each>
      <xsl:for-each select="city"><CityName><xsl:value-of select="."/></CityName></xsl:for-each>
      <xsl:for-each select="postcode"><PostcodeID><xsl:value-of select="."/></PostcodeID></xsl:for-each>
      <xsl:for-each select="country"><CountryCode><xsl:value-of select="."/></CountryCode></xsl:for-each>
    </Address>
  </xsl:template>

  <xsl:template match="PostcodeAddress">
    <PostcodeAddress>
      <xsl:for-each select="houseNumber"><HouseID><xsl:value-of select="."/></HouseID></xsl:for-each>
      <xsl:for-each select="postcode"><PostcodeID><xsl:value-of select="."/></PostcodeID></xsl:for-each>
      <xsl:for-each select="country"><CountryCode><xsl:value-of select="."/></CountryCode></xsl:for-each>
    </PostcodeAddress>
  </xsl:template>

  <xsl:template match="ContactPerson">
    <Contact>
      <Name><xsl:value-of select="name"/></Name>
      <xsl:for-each select="phoneNumber"><Telephone><xsl:value-of select="."/></Telephone></xsl:for-each>
      <xsl:for-each select="eMailAddress"><Email><xsl:value-of select="."/></Email></xsl:for-each>
    </Contact>
  </xsl:template>

  <xsl:template match="AdditionalSupplyChainActor">
    <AdditionalActor>
      <xsl:apply-templates select="sequenceNumber"/>
      <RoleCode><xsl:value-of select="role"/></RoleCode>
      <ID><xsl:value-of select="identificationNumber"/></ID>
    </AdditionalActor>
  </xsl:template>

  <!-- Route: departure, transit, exit for transit, destination -->
  <xsl:template name="itinerary">
    <xsl:variable name="transits" select="count(CustomsOfficeOfTransitDeclared)"/>
    <xsl:variable name="exits" select="count(CustomsOfficeOfExitForTransitDeclared)"/>
    <Itinerary>
      <Office>
        <SequenceNumeric>1</SequenceNumeric>
        <ID><xsl:value-of select="CustomsOfficeOfDeparture/referenceNumber"/></ID>
        <RoleCode>departure</RoleCode>
      </Office>
      <xsl:for-each select="CustomsOfficeOfTransitDeclared">
        <Office>
          <SequenceNumeric><xsl:value-of select="position() + 1"/></SequenceNumeric>
          <ID><xsl:value-of select="referenceNumber"/></ID>
          <RoleCode>transit</RoleCode>
          <xsl:for-each select="arrivalDateAndTimeEstimated"><ExpectedDateTime><xsl:value-of select="."/></ExpectedDateTime></xsl:for-each>
          <RoleSequenceNumeric><xsl:value-of select="sequenceNumber"/></RoleSequenceNumeric>
        </Office>
      </xsl:for-each>
      <xsl:for-each select="CustomsOfficeOfExitForTransitDeclared">
        <Office>
          <SequenceNumeric><xsl:value-of select="position() + 1 + $transits"/></SequenceNumeric>
          <ID><xsl:value-of select="referenceNumber"/></ID>
          <RoleCode>exit</RoleCode>
          <RoleSequenceNumeric><xsl:value-of select="sequenceNumber"/></RoleSequenceNumeric>
        </Office>
      </xsl:for-each>
      <Office>
        <SequenceNumeric><xsl:value-of select="2 + $transits + $exits"/></SequenceNumeric>
        <ID><xsl:value-of select="CustomsOfficeOfDestinationDeclared/referenceNumber"/></ID>
        <RoleCode>destination</RoleCode>
      </Office>
      <xsl:for-each select="Consignment/CountryOfRoutingOfConsignment">
        <RoutingCountryCode sequence="{sequenceNumber}"><xsl:value-of select="country"/></RoutingCountryCode>
      </xsl:for-each>
    </Itinerary>
  </xsl:template>

  <!-- Goods -->
  <xsl:template match="Consignment">
    <Consignment>
      <xsl:apply-templates select="referenceNumberUCR"/>
      <xsl:apply-templates select="countryOfDispatch"/>
      <xsl:apply-templates select="countryOfDestination"/>
      <xsl:for-each select="containerIndicator"><ContainerIndicator><xsl:value-of select="."/></ContainerIndicator></xsl:for-each>
      <xsl:for-each select="inlandModeOfTransport"><InlandModeCode><xsl:value-of select="."/></InlandModeCode></xsl:for-each>
      <xsl:for-each select="modeOfTransportAtTheBorder"><BorderModeCode><xsl:value-of select="."/></BorderModeCode></xsl:for-each>
      <xsl:apply-templates select="grossMass"/>
      <xsl:apply-templates select="AdditionalSupplyChainActor"/>
      <xsl:apply-templates select="LocationOfGoods"/>
      <xsl:apply-templates select="DepartureTransportMeans"/>
      <xsl:apply-templates select="ActiveBorderTransportMeans"/>
      <xsl:for-each select="PlaceOfLoading"><LoadingLocation><xsl:call-template name="place"/></LoadingLocation></xsl:for-each>
      <xsl:for-each select="PlaceOfUnloading"><UnloadingLocation><xsl:call-template name="place"/></UnloadingLocation></xsl:for-each>
      <xsl:call-template name="papers"/>
      <xsl:apply-templates select="HouseConsignment"/>
    </Consignment>
  </xsl:template>

  <xsl:template match="HouseConsignment">
    <HouseConsignment>
      <xsl:apply-templates select="sequenceNumber"/>
      <xsl:apply-templates select="referenceNumberUCR"/>
      <xsl:apply-templates select="countryOfDispatch"/>
      <xsl:apply-templates select="countryOfDestination"/>
      <xsl:apply-templates select="grossMass"/>
      <xsl:apply-templates select="Consignor"/>
      <xsl:apply-templates select="Consignee"/>
      <xsl:apply-templates select="AdditionalSupplyChainActor"/>
      <xsl:apply-templates select="DepartureTransportMeans"/>
      <xsl:call-template name="papers"/>
      <xsl:apply-templates select="ConsignmentItem"/>
    </HouseConsignment>
  </xsl:template>

  <xsl:template match="ConsignmentItem">
    <GoodsItem>
      <SequenceNumeric><xsl:value-of select="goodsItemNumber"/></SequenceNumeric>
      <DeclarationItemNumeric><xsl:value-of select="declarationGoodsItemNumber"/></DeclarationItemNumeric>
      <xsl:apply-templates select="declarationType"/>
      <xsl:apply-templates select="referenceNumberUCR"/>
      <xsl:apply-templates select="countryOfDispatch"/>
      <xsl:apply-templates select="countryOfDestination"/>
      <xsl:apply-templates select="Consignee"/>
      <xsl:apply-templates select="AdditionalSupplyChainActor"/>
      <Commodity>
        <xsl:for-each select="Commodity/CommodityCode/harmonizedSystemSubHeadingCode"><HarmonizedSystemCode><xsl:value-of select="."/></HarmonizedSystemCode></xsl:for-each>
        <xsl:for-each select="Commodity/CommodityCode/combinedNomenclatureCode"><CombinedNomenclatureCode><xsl:value-of select="."/></CombinedNomenclatureCode></xsl:for-each>
        <xsl:for-each select="Commodity/cusCode"><CUSCode><xsl:value-of select="."/></CUSCode></xsl:for-each>
        <Description><xsl:value-of select="Commodity/descriptionOfGoods"/></Description>
        <xsl:for-each select="Commodity/DangerousGoods">
          <DangerousGoods><xsl:apply-templates select="sequenceNumber"/><UNDGID><xsl:value-of select="UNNumber"/></UNDGID></DangerousGoods>
        </xsl:for-each>
      </Commodity>
      <xsl:apply-templates select="Commodity/GoodsMeasure/grossMass"/>
      <xsl:for-each select="Commodity/GoodsMeasure/netMass"><NetMassMeasure unit="KGM"><xsl:value-of select="."/></NetMassMeasure></xsl:for-each>
      <xsl:for-each select="Commodity/GoodsMeasure/supplementaryUnits"><Quantity use="supplementary"><xsl:value-of select="."/></Quantity></xsl:for-each>
      <xsl:for-each select="Packaging">
        <Packaging>
          <xsl:apply-templates select="sequenceNumber"/>
          <TypeCode><xsl:value-of select="typeOfPackages"/></TypeCode>
          <xsl:for-each select="numberOfPackages"><Quantity><xsl:value-of select="."/></Quantity></xsl:for-each>
          <xsl:for-each select="shippingMarks"><Marks><xsl:value-of select="."/></Marks></xsl:for-each>
        </Packaging>
      </xsl:for-each>
      <xsl:call-template name="papers"/>
    </GoodsItem>
  </xsl:template>

  <xsl:template match="sequenceNumber"><SequenceNumeric><xsl:value-of select="."/></SequenceNumeric></xsl:template>
  <xsl:template match="referenceNumberUCR"><UCR><xsl:value-of select="."/></UCR></xsl:template>
  <xsl:template match="countryOfDispatch"><ExportCountryCode><xsl:value-of select="."/></ExportCountryCode></xsl:template>
  <xsl:template match="countryOfDestination"><DestinationCountryCode><xsl:value-of select="."/></DestinationCountryCode></xsl:template>
  <xsl:template match="grossMass"><GrossMassMeasure unit="KGM"><xsl:value-of select="."/></GrossMassMeasure></xsl:template>

  <!-- Papers: the four kinds, statements, who pays the freight -->
  <xsl:template name="papers">
    <xsl:for-each select="PreviousDocument"><xsl:call-template name="document"><xsl:with-param name="category">previous</xsl:with-param></xsl:call-template></xsl:for-each>
    <xsl:for-each select="SupportingDocument"><xsl:call-template name="document"><xsl:with-param name="category">supporting</xsl:with-param></xsl:call-template></xsl:for-each>
    <xsl:for-each select="TransportDocument"><xsl:call-template name="document"><xsl:with-param name="category">transport</xsl:with-param></xsl:call-template></xsl:for-each>
    <xsl:for-each select="AdditionalReference"><xsl:call-template name="document"><xsl:with-param name="category">reference</xsl:with-param></xsl:call-template></xsl:for-each>
    <xsl:for-each select="AdditionalInformation">
      <AdditionalInformation>
        <xsl:apply-templates select="sequenceNumber"/>
        <StatementCode><xsl:value-of select="code"/></StatementCode>
        <xsl:for-each select="text"><StatementDescription><xsl:value-of select="."/></StatementDescription></xsl:for-each>
      </AdditionalInformation>
    </xsl:for-each>
    <xsl:for-each select="TransportCharges"><FreightPaymentCode><xsl:value-of select="methodOfPayment"/></FreightPaymentCode></xsl:for-each>
  </xsl:template>

  <xsl:template name="document">
    <xsl:param name="category"/>
    <Document>
      <xsl:apply-templates select="sequenceNumber"/>
      <CategoryCode><xsl:value-of select="$category"/></CategoryCode>
      <TypeCode><xsl:value-of select="type"/></TypeCode>
      <xsl:for-each select="referenceNumber"><ID><xsl:value-of select="."/></ID></xsl:for-each>
      <xsl:for-each select="documentLineItemNumber"><LineItemNumeric><xsl:value-of select="."/></LineItemNumeric></xsl:for-each>
      <xsl:for-each select="goodsItemNumber"><GoodsItemNumeric><xsl:value-of select="."/></GoodsItemNumeric></xsl:for-each>
      <xsl:for-each select="typeOfPackages"><PackageTypeCode><xsl:value-of select="."/></PackageTypeCode></xsl:for-each>
      <xsl:for-each select="numberOfPackages"><PackageQuantity><xsl:value-of select="."/></PackageQuantity></xsl:for-each>
      <xsl:for-each select="measurementUnitAndQualifier"><MeasurementUnitCode><xsl:value-of select="."/></MeasurementUnitCode></xsl:for-each>
      <xsl:for-each select="quantity"><Quantity><xsl:value-of select="."/></Quantity></xsl:for-each>
      <xsl:for-each select="complementOfInformation"><ComplementaryInformation><xsl:value-of select="."/></ComplementaryInformation></xsl:for-each>
    </Document>
  </xsl:template>

  <!-- Places and means -->
  <xsl:template name="place">
    <xsl:for-each select="UNLocode"><ID><xsl:value-of select="."/></ID></xsl:for-each>
    <xsl:for-each select="location"><Name><xsl:value-of select="."/></Name></xsl:for-each>
    <xsl:for-each select="country"><CountryCode><xsl:value-of select="."/></CountryCode></xsl:for-each>
  </xsl:template>

  <xsl:template match="LocationOfGoods">
    <GoodsLocation>
      <TypeCode><xsl:value-of select="typeOfLocation"/></TypeCode>
      <QualifierCode><xsl:value-of select="qualifierOfIdentification"/></QualifierCode>
      <xsl:for-each select="authorisationNumber"><AuthorisationID><xsl:value-of select="."/></AuthorisationID></xsl:for-each>
      <xsl:for-each select="additionalIdentifier"><AdditionalID><xsl:value-of select="."/></AdditionalID></xsl:for-each>
      <xsl:for-each select="UNLocode"><ID><xsl:value-of select="."/></ID></xsl:for-each>
      <xsl:for-each select="CustomsOffice"><OfficeID><xsl:value-of select="referenceNumber"/></OfficeID></xsl:for-each>
      <xsl:for-each select="GNSS">
        <Position>
          <LatitudeMeasure><xsl:value-of select="latitude"/></LatitudeMeasure>
          <LongitudeMeasure><xsl:value-of select="longitude"/></LongitudeMeasure>
        </Position>
      </xsl:for-each>
      <xsl:for-each select="EconomicOperator"><OperatorID><xsl:value-of select="identificationNumber"/></OperatorID></xsl:for-each>
      <xsl:apply-templates select="Address"/>
      <xsl:apply-templates select="PostcodeAddress"/>
      <xsl:apply-templates select="ContactPerson"/>
    </GoodsLocation>
  </xsl:template>

  <xsl:template match="DepartureTransportMeans">
    <DepartureTransportMeans>
      <xsl:apply-templates select="sequenceNumber"/>
      <xsl:call-template name="means"/>
    </DepartureTransportMeans>
  </xsl:template>

  <xsl:template match="ActiveBorderTransportMeans">
    <BorderTransportMeans>
      <xsl:apply-templates select="sequenceNumber"/>
      <xsl:for-each select="customsOfficeAtBorderReferenceNumber"><OfficeID><xsl:value-of select="."/></OfficeID></xsl:for-each>
      <xsl:call-template name="means"/>
      <xsl:for-each select="conveyanceReferenceNumber"><JourneyID><xsl:value-of select="."/></JourneyID></xsl:for-each>
    </BorderTransportMeans>
  </xsl:template>

  <xsl:template name="means">
    <xsl:for-each select="typeOfIdentification"><IdentificationTypeCode><xsl:value-of select="."/></IdentificationTypeCode></xsl:for-each>
    <xsl:for-each select="identificationNumber"><ID><xsl:value-of select="."/></ID></xsl:for-each>
    <xsl:for-each select="nationality"><RegistrationNationalityCode><xsl:value-of select="."/></RegistrationNationalityCode></xsl:for-each>
  </xsl:template>

  <xsl:template match="TransportEquipment">
    <TransportEquipment>
      <xsl:apply-templates select="sequenceNumber"/>
      <xsl:for-each select="containerIdentificationNumber"><ID><xsl:value-of select="."/></ID></xsl:for-each>
      <xsl:for-each select="numberOfSeals"><SealQuantity><xsl:value-of select="."/></SealQuantity></xsl:for-each>
      <xsl:for-each select="Seal">
        <Seal><xsl:apply-templates select="sequenceNumber"/><ID><xsl:value-of select="identifier"/></ID></Seal>
      </xsl:for-each>
      <xsl:for-each select="GoodsReference">
        <GoodsReference>
          <xsl:apply-templates select="sequenceNumber"/>
          <DeclarationItemNumeric><xsl:value-of select="declarationGoodsItemNumber"/></DeclarationItemNumeric>
        </GoodsReference>
      </xsl:for-each>
    </TransportEquipment>
  </xsl:template>
</xsl:stylesheet>
