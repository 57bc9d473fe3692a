<?xml version="1.0" encoding="UTF-8"?>
<!-- GateDeclaration, our own format: what comes to the gate, who drives, and that health is not stated. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:exchange:1:gate"
    exclude-result-prefixes="p d">

  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:variable name="message" select="/p:Prepared/p:Message"/>
  <xsl:variable name="movement" select="/p:Prepared/p:Movement"/>
  <xsl:variable name="consignment" select="/p:Prepared/d:Declaration/d:Consignment"/>
  <xsl:variable name="gate" select="/p:Prepared/p:Stop[@office = $message/@office][1]"/>
  <!-- The leg on which the goods come in: the first in Viet Nam. They go out on the first that ends here
       or beyond. -->
  <xsl:variable name="legs" select="/p:Prepared/d:Declaration/d:Trip/d:Leg"/>
  <xsl:variable name="from-here-on" select="/p:Prepared/p:Stop[@sequence &gt;= $gate/@sequence]
              [$message/@role = 'exit']"/>
  <xsl:variable name="leaving" select="$legs[d:ToOfficeID = $from-here-on/@office]"/>
  <xsl:variable name="leg"
      select="$leaving[1] | ($legs[not($leaving)][starts-with(d:ToOfficeID, 'VN') or starts-with(d:FromOfficeID, 'VN')]
              | $legs[not($leaving)][last()])[1]"/>
  <xsl:variable name="begins" select="/p:Prepared/p:Stop[@office = $leg/d:FromOfficeID]/@sequence"/>
  <xsl:variable name="ends" select="/p:Prepared/p:Stop[@office = $leg/d:ToOfficeID]/@sequence"/>
  <xsl:variable name="own" select="/p:Prepared/p:Trip[1]/p:Plate"/>
  <xsl:variable name="befallen" select="/p:Prepared/p:Stop[@office = $own/@office]/@sequence"/>
  <xsl:variable name="taken"
      select="$own[not($legs[2]) or not($befallen &lt; $begins or $befallen &gt; $ends)]"/>
  <!-- What has passed the gate is told no more. -->
  <xsl:variable name="through"
      select="$movement/p:Happened[not(@planned = 'true')]
              [(@kind = 'entered' and $message/@role = 'entry')
               or (@kind = 'exited' and $message/@role = 'exit')]"/>

  <xsl:template match="/p:Prepared">
    <xsl:choose>
      <xsl:when test="$through"><p:Messages/></xsl:when>
      <xsl:otherwise><xsl:call-template name="declaration"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="declaration">
    <GateDeclaration version="1">
      <MessageID><xsl:value-of select="$message/@id"/></MessageID>
      <FunctionCode>
        <xsl:choose>
          <xsl:when test="contains($message/@type, 'Change')">5</xsl:when>
          <xsl:when test="contains($message/@type, 'Cancel')">1</xsl:when>
          <xsl:otherwise>9</xsl:otherwise>
        </xsl:choose>
      </FunctionCode>
      <GateID><xsl:value-of select="$message/@national-office"/></GateID>
      <Direction><xsl:value-of select="$message/@role"/></Direction>
      <IssueDateTime><xsl:value-of select="$message/@at"/></IssueDateTime>
      <ExpectedDateTime><xsl:value-of select="$gate/@at"/></ExpectedDateTime>
      <MovementReference><xsl:value-of select="$movement/@reference"/></MovementReference>
      <!-- After an incident the vehicle that took over. -->
      <xsl:for-each select="$taken">
        <Vehicle>
          <KindCode><xsl:value-of select="@kind"/></KindCode>
          <PlateID country="{@country}"><xsl:value-of select="."/></PlateID>
        </Vehicle>
      </xsl:for-each>
      <xsl:for-each select="$leg/d:Vehicle[d:Plate][not(@kind = $taken/@kind)]">
        <Vehicle>
          <KindCode><xsl:value-of select="@kind"/></KindCode>
          <xsl:for-each select="d:Plate">
            <PlateID country="{@country}"><xsl:value-of select="."/></PlateID>
          </xsl:for-each>
        </Vehicle>
      </xsl:for-each>
      <xsl:for-each select="$leg/d:Driver">
        <Driver>
          <!-- As the passport spells it: Latin letters where there are any. -->
          <xsl:variable name="latin" select="d:Name[@lang = 'vi' or @lang = 'en']"/>
          <Name><xsl:value-of select="($latin | d:Name[not($latin)])[1]"/></Name>
          <xsl:for-each select="d:ID">
            <DocumentID scheme="{@scheme}"><xsl:value-of select="."/></DocumentID>
          </xsl:for-each>
          <xsl:if test="d:NationalityCode">
            <NationalityCode><xsl:value-of select="d:NationalityCode"/></NationalityCode>
          </xsl:if>
          <!-- The declaration has no place for it: unknown, never good. -->
          <HealthStatement>not-stated</HealthStatement>
        </Driver>
      </xsl:for-each>
      <Goods>
        <xsl:for-each select="$consignment/d:HouseConsignment/d:GoodsItem[position() &lt; 1000]">
          <Item>
            <HarmonizedSystemCode><xsl:value-of select="d:Commodity/d:HarmonizedSystemCode"/></HarmonizedSystemCode>
            <Description>
              <xsl:choose>
                <xsl:when test="d:Commodity/d:Description[@lang = 'vi']">
                  <xsl:value-of select="d:Commodity/d:Description[@lang = 'vi'][1]"/>
                </xsl:when>
                <xsl:otherwise><xsl:value-of select="d:Commodity/d:Description[1]"/></xsl:otherwise>
              </xsl:choose>
            </Description>
          </Item>
        </xsl:for-each>
        <PackageQuantity><xsl:value-of select="/p:Prepared/p:Totals/@packages"/></PackageQuantity>
        <GrossMassMeasure unitCode="KGM"><xsl:value-of select="/p:Prepared/p:Totals/@gross-mass"/></GrossMassMeasure>
      </Goods>
    </GateDeclaration>
  </xsl:template>
</xsl:stylesheet>
