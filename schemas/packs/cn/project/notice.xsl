<?xml version="1.0" encoding="UTF-8"?>
<!-- MovementNotice, our own format: what happened to goods that an office let go, or that it gets. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:exchange:1:notice"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <xsl:variable name="event">
    <xsl:choose>
      <xsl:when test="$message/@type = 'CrossingNotice'">exited</xsl:when>
      <xsl:when test="$message/@type = 'ReturnNotice'">
        <xsl:value-of select="$movement/p:Happened[@kind = 'crossing-refused' or @kind = 'turned-back'][last()]/@kind"/>
      </xsl:when>
      <xsl:when test="$message/@type = 'ClearanceNotice'">cleared</xsl:when>
      <xsl:when test="starts-with($message/@type, 'AmendmentNotice')">amended</xsl:when>
      <xsl:when test="starts-with($message/@type, 'WithdrawalNotice')">invalidation-asked</xsl:when>
      <xsl:otherwise>arrived</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="happened" select="$movement/p:Happened[@kind = $event][last()]"/>
  <xsl:variable name="place"
      select="$stops[@role = 'exit' and $event = 'exited'] |
              $stops[@role = 'destination' and $event = 'arrived']"/>

  <xsl:template match="/p:Prepared">
    <MovementNotice version="1">
      <MessageID><xsl:value-of select="$message/@id"/></MessageID>
      <TypeCode><xsl:value-of select="$message/@type"/></TypeCode>
      <SenderID><xsl:value-of select="$message/@sender"/></SenderID>
      <RecipientOfficeID><xsl:value-of select="$message/@office"/></RecipientOfficeID>
      <IssueDateTime><xsl:value-of select="$message/@at"/></IssueDateTime>
      <Movement>
        <Reference><xsl:value-of select="$movement/@reference"/></Reference>
        <FunctionalReferenceID><xsl:value-of select="$movement/@lrn"/></FunctionalReferenceID>
        <xsl:for-each
            select="$movement/p:Procedure[@administration = 'CN']/p:Number[@kind = 'entry'][1]">
          <EntryID><xsl:value-of select="."/></EntryID>
        </xsl:for-each>
      </Movement>
      <Event>
        <Kind><xsl:value-of select="$event"/></Kind>
        <OfficeID>
          <xsl:choose>
            <xsl:when test="string($happened/@office)">
              <xsl:value-of select="$happened/@office"/>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="$place[1]/@office"/></xsl:otherwise>
          </xsl:choose>
        </OfficeID>
        <OccurredDateTime>
          <xsl:choose>
            <xsl:when test="string($happened/@at)"><xsl:value-of select="$happened/@at"/></xsl:when>
            <xsl:when test="string($place[1]/@at)"><xsl:value-of select="$place[1]/@at"/></xsl:when>
            <xsl:otherwise><xsl:value-of select="$message/@at"/></xsl:otherwise>
          </xsl:choose>
        </OccurredDateTime>
        <xsl:if test="$event = 'amended' or $event = 'invalidation-asked'">
          <xsl:call-template name="asked"/>
        </xsl:if>
      </Event>
      <!-- Of several trips the one that it happened to, else all. -->
      <xsl:variable name="about" select="/p:Prepared/p:Trip[@id = $happened/p:Fact[@name = 'trip']]"/>
      <xsl:variable name="trips" select="$declaration/d:Trip[2]/../d:Trip[not($about) or d:ID = $about/@batch]"/>
      <xsl:for-each select="$trips">
        <xsl:variable name="its-legs" select="d:Leg[d:FromOfficeID = $passed/@office]"/>
        <xsl:call-template name="transport">
          <xsl:with-param name="number" select="d:ID"/>
          <xsl:with-param name="by" select="$its-legs[last()] | d:Leg[not($its-legs)][1]"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:if test="not($trips)">
        <xsl:call-template name="transport">
          <xsl:with-param name="number" select="$batch"/>
          <xsl:with-param name="by" select="$leg"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:if test="$message/@type = 'PresentationNotice' and $consignment/d:GoodsLocation/d:AuthorisationID">
        <LocationID><xsl:value-of select="$consignment/d:GoodsLocation/d:AuthorisationID"/></LocationID>
      </xsl:if>
      <xsl:variable name="share" select="$trips[$about and ../d:Trip[2]]"/>
      <TotalPackageQuantity>
        <xsl:value-of select="$share/d:PackageQuantity | $totals[not($share)]/@packages"/>
      </TotalPackageQuantity>
      <TotalGrossMassMeasure unitCode="KGM">
        <xsl:value-of select="$share/d:GrossMassMeasure | $totals[not($share)]/@gross-mass"/>
      </TotalGrossMassMeasure>
    </MovementNotice>
  </xsl:template>

  <!-- What the enterprise says about its request; pointers may come one a fact, or several with spaces. -->
  <xsl:template name="asked">
    <xsl:for-each select="$happened/p:Fact[@name = 'version' and string(.)]">
      <Version><xsl:value-of select="substring(., 1, 35)"/></Version>
    </xsl:for-each>
    <xsl:for-each select="$happened/p:Fact[@name = 'reason' and string(.)]">
      <Reason><xsl:value-of select="substring(., 1, 255)"/></Reason>
    </xsl:for-each>
    <xsl:for-each select="$happened/p:Fact[@name = 'text' and string(.)]">
      <Description><xsl:value-of select="substring(., 1, 255)"/></Description>
    </xsl:for-each>
    <xsl:for-each select="$happened/p:Fact[@name = 'changed']">
      <xsl:call-template name="changed"><xsl:with-param name="text" select="."/></xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="changed">
    <xsl:param name="text"/>
    <xsl:variable name="words" select="normalize-space($text)"/>
    <xsl:variable name="first" select="substring-before(concat($words, ' '), ' ')"/>
    <xsl:if test="$first">
      <Changed><xsl:value-of select="substring($first, 1, 255)"/></Changed>
      <xsl:call-template name="changed">
        <xsl:with-param name="text" select="substring-after($words, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="transport">
    <xsl:param name="number"/>
    <xsl:param name="by"/>
    <Transport>
      <BatchID><xsl:value-of select="$number"/></BatchID>
      <PlateID>
        <xsl:value-of select="$by/d:Vehicle[@kind = 'tractor']/d:Plate[@country = 'CN']"/>
      </PlateID>
    </Transport>
  </xsl:template>
</xsl:stylesheet>
