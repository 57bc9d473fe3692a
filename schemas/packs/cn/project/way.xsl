<?xml version="1.0" encoding="UTF-8"?>
<!-- WayNotice, our own format, the same in every pack that has it: news of goods on their way, told to an
     office that they have yet to come to, that they come back to, or that they no longer come to. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:exchange:1:way"
    exclude-result-prefixes="p d">

  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:variable name="message" select="/p:Prepared/p:Message"/>
  <xsl:variable name="movement" select="/p:Prepared/p:Movement"/>
  <xsl:variable name="stops" select="/p:Prepared/p:Stop"/>
  <xsl:variable name="here" select="$stops[@office = $message/@office and @role = $message/@role]"/>
  <!-- Where the goods are on several trips, the one that the news is about, else all of them. -->
  <xsl:variable name="about" select="/p:Prepared/p:Trip[@id = $last/p:Fact[@name = 'trip']]"/>
  <xsl:variable name="trips" select="/p:Prepared/d:Declaration/d:Trip[not($about) or d:ID = $about/@batch
              or not(../d:Trip[2])]"/>
  <xsl:variable name="beyond" select="$stops[@sequence &gt;= $here/@sequence]"/>

  <!-- The news: what happened last. One reading may bring two. -->
  <xsl:variable name="kinds"
      select="' released exited entered crossing-refused turned-back substituted diverted incident estimated temperature-out '"/>
  <xsl:variable name="told"
      select="$movement/p:Happened[contains($kinds, concat(' ', @kind, ' '))]"/>
  <xsl:variable name="last" select="$told[last()]"/>
  <xsl:variable name="news"
      select="$last | $told[@kind = 'estimated' and $last/@kind = 'temperature-out'
              and @at-utc = $last/@at-utc]"/>
  <xsl:variable name="coming"
      select="$here and not($last/@kind = 'turned-back' or $last/@kind = 'crossing-refused')"/>
  <xsl:template match="/p:Prepared">
    <WayNotice version="1">
      <MessageID><xsl:value-of select="$message/@id"/></MessageID>
      <TypeCode><xsl:value-of select="$message/@type"/></TypeCode>
      <SenderID><xsl:value-of select="$message/@sender"/></SenderID>
      <RecipientOfficeID><xsl:value-of select="$message/@office"/></RecipientOfficeID>
      <IssueDateTime><xsl:value-of select="$message/@at"/></IssueDateTime>
      <Movement>
        <Reference><xsl:value-of select="$movement/@reference"/></Reference>
        <FunctionalReferenceID><xsl:value-of select="$movement/@lrn"/></FunctionalReferenceID>
        <xsl:for-each select="$movement/p:Procedure[@administration = $message/@administration]/p:Number">
          <NumberID kind="{@kind}"><xsl:value-of select="."/></NumberID>
        </xsl:for-each>
      </Movement>
      <xsl:apply-templates select="$news"/>
      <ComingIndicator><xsl:value-of select="number($coming)"/></ComingIndicator>
      <!-- By the last estimate or report, else as declared. -->
      <xsl:if test="$coming">
        <ExpectedDateTime>
          <xsl:value-of select="$here/@expected | $here[not(@expected)]/@at"/>
        </ExpectedDateTime>
      </xsl:if>
      <xsl:for-each select="$trips"><xsl:call-template name="transport"/></xsl:for-each>
      <xsl:if test="not($trips)">
        <Transport>
          <xsl:for-each select="/p:Prepared/p:Trip/@batch[string(.)]">
            <BatchID><xsl:value-of select="."/></BatchID>
          </xsl:for-each>
        </Transport>
      </xsl:if>
      <xsl:variable name="share" select="$trips[$about and ../d:Trip[2]]"/>
      <TotalPackageQuantity>
        <xsl:value-of select="$share/d:PackageQuantity | /p:Prepared/p:Totals[not($share)]/@packages"/>
      </TotalPackageQuantity>
      <TotalGrossMassMeasure unitCode="KGM">
        <xsl:value-of select="$share/d:GrossMassMeasure | /p:Prepared/p:Totals[not($share)]/@gross-mass"/>
      </TotalGrossMassMeasure>
    </WayNotice>
  </xsl:template>

  <xsl:template match="p:Happened">
    <Event>
      <Kind><xsl:value-of select="@kind"/></Kind>
      <xsl:if test="string(@office)"><OfficeID><xsl:value-of select="@office"/></OfficeID></xsl:if>
      <OccurredDateTime><xsl:value-of select="@at"/></OccurredDateTime>
      <xsl:if test="@kind = 'incident'">
        <xsl:for-each select="p:Fact[@name = 'text' and string(.)]">
          <Description><xsl:value-of select="substring(., 1, 255)"/></Description>
        </xsl:for-each>
      </xsl:if>
      <xsl:if test="@kind = 'temperature-out'">
        <TemperatureMeasure unitCode="CEL" lowest="{p:Fact[@name = 'lowest']}" highest="{p:Fact[@name = 'highest']}">
          <xsl:value-of select="p:Fact[@name = 'temperature']"/>
        </TemperatureMeasure>
      </xsl:if>
    </Event>
  </xsl:template>

  <!-- A vehicle by which the goods come here, on the leg that is the first to end here or beyond. Who was
       told another vehicle or other seals learns its seals, and a gate who drives it. -->
  <xsl:template name="transport">
    <xsl:variable name="own"
        select="/p:Prepared/p:Trip[@batch = current()/d:ID or not(../p:Trip[2])]"/>
    <xsl:variable name="reaching" select="d:Leg[d:ToOfficeID = $beyond/@office]"/>
    <xsl:variable name="leg" select="$reaching[1] | d:Leg[not($reaching)][last()]"/>
    <!-- What is a vehicle of another leg is nothing that this one brings. -->
    <xsl:variable name="equipment" select="d:TransportEquipment[not(d:ID = ../d:Leg/d:Vehicle/d:Plate)
                or d:ID = $leg/d:Vehicle/d:Plate]"/>
    <xsl:variable name="put-on" select="$own/p:Seal[not($equipment[2])]"/>
    <!-- The vehicle that took over at an incident, where that happened on this leg. -->
    <xsl:variable name="begins" select="$stops[@office = $leg/d:FromOfficeID]/@sequence"/>
    <xsl:variable name="ends" select="$stops[@office = $leg/d:ToOfficeID]/@sequence"/>
    <xsl:variable name="befallen" select="$stops[@office = $own/p:Plate/@office]/@sequence"/>
    <xsl:variable name="taken" select="$own/p:Plate[not(current()/d:Leg[2])
                or not($befallen &lt; $begins or $befallen &gt; $ends)]"/>
    <Transport>
      <xsl:if test="string($own/@batch)"><BatchID><xsl:value-of select="$own/@batch"/></BatchID></xsl:if>
      <xsl:for-each select="$taken">
        <PlateID kind="{@kind}" country="{@country}"><xsl:value-of select="."/></PlateID>
      </xsl:for-each>
      <xsl:for-each select="$leg/d:Vehicle[not(@kind = $taken/@kind)]/d:Plate[string(.)]">
        <PlateID kind="{../@kind}" country="{@country}"><xsl:value-of select="."/></PlateID>
      </xsl:for-each>
      <xsl:if test="$coming and ($last/@kind = 'substituted' or ($last/@kind = 'incident'
                    and $last/p:Fact[@name = 'seal' or @name = 'seals'] and $put-on))">
        <xsl:for-each select="$put-on | $equipment[not($put-on)]/d:Seal/d:ID">
          <SealID><xsl:value-of select="."/></SealID>
        </xsl:for-each>
      </xsl:if>
      <xsl:if test="$coming and $last/@kind = 'substituted' and $message/@role != 'destination'">
        <xsl:for-each select="$leg/d:Driver">
          <Driver>
            <Name><xsl:value-of select="d:Name[1]"/></Name>
            <xsl:for-each select="d:ID">
              <DocumentID scheme="{@scheme}"><xsl:value-of select="."/></DocumentID>
            </xsl:for-each>
          </Driver>
        </xsl:for-each>
      </xsl:if>
    </Transport>
  </xsl:template>
</xsl:stylesheet>
