<?xml version="1.0" encoding="UTF-8"?>
<!-- DecMessage, declaration of an export or an import: head, lines, containers, documents; the signature is added after. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="http://www.chinaport.gov.cn/dec"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <xsl:variable name="items" select="$consignment/d:HouseConsignment/d:GoodsItem"/>
  <xsl:variable name="packages" select="$items/d:Packaging"/>

  <!-- One of each kind, found by key: looking back from each would cost the square of the lines. -->
  <xsl:key name="packages-of-kind" match="d:Packaging" use="d:TypeCode"/>
  <xsl:variable name="one-of-each"
      select="$packages[generate-id() = generate-id(key('packages-of-kind', d:TypeCode)[1])]"/>

  <!-- The kind of package there is most of; the others follow in DecOtherPacks. -->
  <xsl:variable name="main-package">
    <xsl:for-each select="$one-of-each">
      <xsl:sort data-type="number" order="descending"
          select="sum($packages[d:TypeCode = current()/d:TypeCode]/d:Quantity)"/>
      <xsl:if test="position() = 1"><xsl:value-of select="d:TypeCode"/></xsl:if>
    </xsl:for-each>
  </xsl:variable>

  <!-- With a transit sheet where transit is declared and the border office is another one. -->
  <xsl:variable name="transit"
      select="$declaration/d:TransitOperation[$border/@office != $message/@office]"/>

  <xsl:template match="/p:Prepared">
    <DecMessage Version="5.0">
      <DecHead>
        <ClientSeqNo><xsl:value-of select="$movement/@lrn"/></ClientSeqNo>
        <IEFlag>
          <xsl:choose><xsl:when test="$importing">I</xsl:when><xsl:otherwise>E</xsl:otherwise></xsl:choose>
        </IEFlag>
        <Type>
          <xsl:choose>
            <xsl:when test="$border/@office and $border/@office != $message/@office">SD</xsl:when>
            <xsl:otherwise>MF</xsl:otherwise>
          </xsl:choose>
        </Type>
        <xsl:call-template name="offices"/>
        <xsl:call-template name="traders"/>
        <xsl:call-template name="transport"/>
        <xsl:call-template name="trade"/>
        <xsl:call-template name="quantities"/>
        <xsl:call-template name="goods-place"/>
        <DeclTrnRel><xsl:value-of select="number(boolean($transit))"/></DeclTrnRel>
      </DecHead>
      <DecLists><xsl:apply-templates select="$items"/></DecLists>
      <xsl:call-template name="containers"/>
      <xsl:call-template name="documents"/>
      <xsl:call-template name="other-packages"/>
      <xsl:if test="$importing"><xsl:call-template name="establishments"/></xsl:if>
      <DecFreeTxt><VoyNo><xsl:value-of select="$batch"/></VoyNo></DecFreeTxt>
      <xsl:if test="$transit"><xsl:call-template name="transit-sheet"/></xsl:if>
      <xsl:if test="$importing"><xsl:call-template name="attached"/></xsl:if>
      <xsl:call-template name="origin-coverage"/>
    </DecMessage>
  </xsl:template>

  <xsl:template name="offices">
    <CustomMaster><xsl:value-of select="$message/@national-office"/></CustomMaster>
    <IEPort>
      <xsl:choose>
        <xsl:when test="$border"><xsl:value-of select="$border/@national-office"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$message/@national-office"/></xsl:otherwise>
      </xsl:choose>
    </IEPort>
    <xsl:if test="string($border/@at)">
      <IEDate><xsl:value-of select="translate(substring($border/@at, 1, 10), '-', '')"/></IEDate>
    </xsl:if>
  </xsl:template>

  <xsl:template name="traders">
    <xsl:call-template name="trader">
      <xsl:with-param name="prefix" select="'Trade'"/>
      <xsl:with-param name="code" select="'TradeCode'"/>
      <xsl:with-param name="credit-code" select="'TradeCoScc'"/>
      <xsl:with-param name="of" select="$trader"/>
    </xsl:call-template>
    <xsl:call-template name="trader">
      <xsl:with-param name="prefix" select="'Owner'"/>
      <xsl:with-param name="code" select="'OwnerCode'"/>
      <xsl:with-param name="credit-code" select="'OwnerCodeScc'"/>
      <xsl:with-param name="of" select="$trader"/>
    </xsl:call-template>
    <xsl:call-template name="trader">
      <xsl:with-param name="prefix" select="'Agent'"/>
      <xsl:with-param name="code" select="'AgentCode'"/>
      <xsl:with-param name="credit-code" select="'AgentCodeScc'"/>
      <xsl:with-param name="of" select="$agent"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="trader">
    <xsl:param name="prefix"/>
    <xsl:param name="code"/>
    <xsl:param name="credit-code"/>
    <xsl:param name="of"/>
    <xsl:if test="$of/d:ID[@scheme = 'CNCUSTOMS']">
      <xsl:element name="{$code}" namespace="http://www.chinaport.gov.cn/dec">
        <xsl:value-of select="$of/d:ID[@scheme = 'CNCUSTOMS']"/>
      </xsl:element>
    </xsl:if>
    <xsl:element name="{$credit-code}" namespace="http://www.chinaport.gov.cn/dec">
      <xsl:value-of select="$of/d:ID[@scheme = 'USCC']"/>
    </xsl:element>
    <xsl:element name="{$prefix}Name" namespace="http://www.chinaport.gov.cn/dec">
      <xsl:call-template name="name"><xsl:with-param name="of" select="$of"/></xsl:call-template>
    </xsl:element>
  </xsl:template>

  <xsl:template name="transport">
    <TrafMode><xsl:call-template name="mode"/></TrafMode>
    <TrafName>
      <xsl:value-of select="$leg/d:Vehicle[@kind = 'tractor']/d:Plate[@country = 'CN']"/>
    </TrafName>
    <BillNo><xsl:value-of select="$consignment/d:TransportContract/d:ID"/></BillNo>
  </xsl:template>

  <xsl:template name="trade">
    <TradeMode>
      <xsl:call-template name="mapped">
        <xsl:with-param name="list" select="'trade-modes'"/>
        <xsl:with-param name="code" select="$declaration/d:TypeCode"/>
      </xsl:call-template>
    </TradeMode>
    <TradeCountry>
      <xsl:call-template name="mapped">
        <xsl:with-param name="list" select="'countries'"/>
        <xsl:with-param name="code" select="$partner/d:Address/d:CountryCode"/>
      </xsl:call-template>
    </TradeCountry>
    <!-- An export's port of destination; for an import, where the goods were loaded. -->
    <DistinatePort>
      <xsl:value-of select="$consignment/d:UnloadingLocation[not($importing)]/d:ID
          | $consignment/d:LoadingLocation[$importing]/d:ID"/>
    </DistinatePort>
    <TransMode>
      <xsl:call-template name="mapped">
        <xsl:with-param name="list" select="'terms'"/>
        <xsl:with-param name="code" select="$consignment/d:TradeTerms/d:ConditionCode"/>
      </xsl:call-template>
    </TransMode>
  </xsl:template>

  <xsl:template name="quantities">
    <WrapType>
      <xsl:call-template name="mapped">
        <xsl:with-param name="list" select="'packages'"/>
        <xsl:with-param name="code" select="$main-package"/>
      </xsl:call-template>
    </WrapType>
    <PackNo><xsl:value-of select="$totals/@packages"/></PackNo>
    <GrossWet><xsl:value-of select="$totals/@gross-mass"/></GrossWet>
    <NetWt><xsl:value-of select="$totals/@net-mass"/></NetWt>
  </xsl:template>

  <!-- Where the goods lie; for an import, the site where they will be inspected, if one is named. -->
  <xsl:template name="goods-place">
    <xsl:variable name="site" select="$consignment/d:GoodsLocation[$importing]"/>
    <xsl:variable name="place"
        select="$consignment/d:LoadingLocation[not($importing)]/d:Name
                | $consignment/d:UnloadingLocation[$importing and not($site)]/d:Name"/>
    <xsl:choose>
      <xsl:when test="$site">
        <GoodsPlace>
          <xsl:value-of select="normalize-space(concat($site/d:AuthorisationID, ' ',
              $site/d:Address/d:Line[@lang = 'zh' or not(../d:Line[@lang = 'zh'])][1]))"/>
        </GoodsPlace>
      </xsl:when>
      <xsl:when test="$place">
        <GoodsPlace><xsl:value-of select="$place"/></GoodsPlace>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="d:GoodsItem">
    <DecList>
      <GNo><xsl:value-of select="position()"/></GNo>
      <CodeTS><xsl:value-of select="d:Commodity/d:NationalCode[@country = 'CN']"/></CodeTS>
      <GName>
        <xsl:call-template name="description">
          <xsl:with-param name="of" select="d:Commodity"/>
        </xsl:call-template>
      </GName>
      <GModel><xsl:value-of select="d:Commodity/d:DeclarationElements[@country = 'CN']"/></GModel>
      <xsl:call-template name="quantity">
        <xsl:with-param name="use" select="'declared'"/>
        <xsl:with-param name="name" select="'G'"/>
      </xsl:call-template>
      <xsl:call-template name="quantity">
        <xsl:with-param name="use" select="'first'"/>
        <xsl:with-param name="name" select="'First'"/>
      </xsl:call-template>
      <xsl:call-template name="quantity">
        <xsl:with-param name="use" select="'second'"/>
        <xsl:with-param name="name" select="'Second'"/>
      </xsl:call-template>
      <DeclPrice><xsl:value-of select="d:UnitPrice"/></DeclPrice>
      <DeclTotal><xsl:value-of select="d:ValueAmount"/></DeclTotal>
      <TradeCurr>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'currencies'"/>
          <xsl:with-param name="code" select="d:ValueAmount/@currency"/>
        </xsl:call-template>
      </TradeCurr>
      <OriginCountry>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'countries'"/>
          <xsl:with-param name="code" select="d:Origin/d:CountryCode"/>
        </xsl:call-template>
      </OriginCountry>
      <DestinationCountry>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'countries'"/>
          <xsl:with-param name="code" select="$consignment/d:DestinationCountryCode"/>
        </xsl:call-template>
      </DestinationCountry>
      <DutyMode>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'duty-modes'"/>
          <xsl:with-param name="code" select="$declaration/d:TypeCode"/>
        </xsl:call-template>
      </DutyMode>
    </DecList>
  </xsl:template>

  <xsl:template name="quantity">
    <xsl:param name="use"/>
    <xsl:param name="name"/>
    <xsl:for-each select="d:Quantity[@country = 'CN' and @use = $use][1]">
      <xsl:element name="{$name}Qty" namespace="http://www.chinaport.gov.cn/dec">
        <xsl:value-of select="."/>
      </xsl:element>
      <xsl:element name="{$name}Unit" namespace="http://www.chinaport.gov.cn/dec">
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'units'"/>
          <xsl:with-param name="code" select="@unit"/>
        </xsl:call-template>
      </xsl:element>
    </xsl:for-each>
  </xsl:template>

  <!-- The inland leg under customs control: who carries it, on what, in which containers, under which seal.
       TrnPreId, TurnNo, ValidTime and TrnType are given or defined by the office and left out. -->
  <xsl:template name="transit-sheet">
    <xsl:variable name="plate" select="$leg/d:Vehicle[@kind = 'tractor']/d:Plate[@country = 'CN']"/>
    <xsl:variable name="equipment" select="$declaration/d:Trip/d:TransportEquipment"/>
    <TrnHead>
      <ContractorCode><xsl:value-of select="$carrier/d:ID[@scheme = 'CNCUSTOMS']"/></ContractorCode>
      <ContractorName>
        <xsl:call-template name="name"><xsl:with-param name="of" select="$carrier"/></xsl:call-template>
      </ContractorName>
      <ESealFlag><xsl:value-of select="number(boolean($equipment/d:Seal[d:IssuerCode = 'electronic']))"/></ESealFlag>
      <NativeTrafMode><xsl:call-template name="mode"/></NativeTrafMode>
      <NativeShipName><xsl:value-of select="$plate"/></NativeShipName>
      <NativeVoyageNo><xsl:value-of select="$batch"/></NativeVoyageNo>
    </TrnHead>
    <TrnContainers>
      <xsl:for-each select="$equipment">
        <!-- Each on its own trip's vehicle, on the leg by which the goods come here. -->
        <xsl:variable name="its-legs" select="../d:Leg[d:FromOfficeID = $passed/@office]"/>
        <xsl:variable name="its-leg" select="$its-legs[last()] | ../d:Leg[not($its-legs)][1]"/>
        <TrnContainer>
          <ContaNo><xsl:value-of select="d:ID"/></ContaNo>
          <xsl:for-each select="d:Seal[d:IssuerCode = 'electronic'][1]">
            <SealNo><xsl:value-of select="d:ID"/></SealNo>
          </xsl:for-each>
          <TransName>
            <xsl:value-of select="$its-leg/d:Vehicle[@kind = 'tractor']/d:Plate[@country = 'CN']"/>
          </TransName>
          <xsl:if test="count($equipment) = 1">
            <TransWeight><xsl:value-of select="$totals/@gross-mass"/></TransWeight>
          </xsl:if>
        </TrnContainer>
      </xsl:for-each>
    </TrnContainers>
  </xsl:template>

  <xsl:template name="containers">
    <xsl:if test="$consignment/d:ContainerIndicator = '1'">
      <DecContainers>
        <xsl:for-each select="$declaration/d:Trip/d:TransportEquipment">
          <Container>
            <ContainerId><xsl:value-of select="d:ID"/></ContainerId>
            <xsl:if test="d:TypeCode"><ContainerMd><xsl:value-of select="d:TypeCode"/></ContainerMd></xsl:if>
          </Container>
        </xsl:for-each>
      </DecContainers>
    </xsl:if>
  </xsl:template>

  <!-- Only documents that the list of documents knows; an invoice is none of them. -->
  <xsl:variable name="licences"
      select="$consignment/d:Document[d:TypeCode =
              /p:Prepared/p:List[@name = 'documents']/p:Entry/@from]"/>

  <xsl:template name="documents">
    <xsl:if test="$licences">
      <DecLicenseDocus>
        <xsl:for-each select="$licences">
          <LicenseDocu>
            <DocuCode>
              <xsl:call-template name="mapped">
                <xsl:with-param name="list" select="'documents'"/>
                <xsl:with-param name="code" select="d:TypeCode"/>
              </xsl:call-template>
            </DocuCode>
            <CertCode><xsl:value-of select="d:ID"/></CertCode>
          </LicenseDocu>
        </xsl:for-each>
      </DecLicenseDocus>
    </xsl:if>
  </xsl:template>

  <xsl:template name="other-packages">
    <xsl:variable name="others" select="$one-of-each[d:TypeCode != $main-package]"/>
    <xsl:if test="$others">
      <DecOtherPacks>
        <xsl:for-each select="$others">
          <DecOtherPack>
            <PackQty>
              <xsl:value-of select="sum($packages[d:TypeCode = current()/d:TypeCode]/d:Quantity)"/>
            </PackQty>
            <PackType>
              <xsl:call-template name="mapped">
                <xsl:with-param name="list" select="'packages'"/>
                <xsl:with-param name="code" select="d:TypeCode"/>
              </xsl:call-template>
            </PackType>
          </DecOtherPack>
        </xsl:for-each>
      </DecOtherPacks>
    </xsl:if>
  </xsl:template>

  <!-- Orchards and packing houses under the numbers China's customs gave them. -->
  <xsl:template name="establishments">
    <xsl:variable name="registered"
        select="$declaration//d:Party[@role = 'grower' or @role = 'packing-house']
                [d:ID[@scheme = 'CNREG']]"/>
    <xsl:if test="$registered">
      <DecCopLimits>
        <xsl:for-each select="$registered">
          <DecCopLimit>
            <Kind><xsl:value-of select="@role"/></Kind>
            <RegistrationNo><xsl:value-of select="d:ID[@scheme = 'CNREG']"/></RegistrationNo>
            <Name>
              <xsl:call-template name="name"><xsl:with-param name="of" select="."/></xsl:call-template>
            </Name>
          </DecCopLimit>
        </xsl:for-each>
      </DecCopLimits>
    </xsl:if>
  </xsl:template>

  <!-- Papers that travel with an import and are neither proof of origin nor invoice or packing list. -->
  <xsl:template name="attached">
    <xsl:for-each select="($consignment | $items)/d:Document[d:TypeCode = '851' or d:TypeCode = '911']">
      <EdocRealation>
        <EdocCode><xsl:value-of select="d:TypeCode"/></EdocCode>
        <EdocID><xsl:value-of select="d:ID"/></EdocID>
      </EdocRealation>
    </xsl:for-each>
  </xsl:template>

  <!-- Which lines a proof of origin covers. -->
  <xsl:template name="origin-coverage">
    <xsl:for-each select="$licences[d:ItemNumeric]">
      <xsl:variable name="proof" select="."/>
      <xsl:for-each select="$items">
        <xsl:if test="d:DeclarationItemNumeric = $proof/d:ItemNumeric">
          <EcoRelation>
            <CertType><xsl:value-of select="$proof/d:TypeCode"/></CertType>
            <EcoCertNo><xsl:value-of select="$proof/d:ID"/></EcoCertNo>
            <DecGNo><xsl:value-of select="position()"/></DecGNo>
          </EcoRelation>
        </xsl:if>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
