<?xml version="1.0" encoding="UTF-8"?>
<!-- MovementNotice, our own format: what happened to goods that an office let go. -->
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
      <xsl:otherwise>arrived</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="happened" select="$movement/p:Happened[@kind = $event][last()]"/>
  <xsl:variable name="place"
      select="/p:Prepared/p:Stop[@role = 'exit' and $event = 'exited'] |
              /p:Prepared/p:Stop[@role = 'destination' and $event = 'arrived']"/>

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
            select="$movement/p:Procedure[@kind = 'vn-export']/p:Number[@kind = 'export'][1]">
          <ExportID><xsl:value-of select="."/></ExportID>
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
      </Event>
      <!-- Of several trips the one that it happened to, else all. -->
      <xsl:variable name="about" select="/p:Prepared/p:Trip[@id = $happened/p:Fact[@name = 'trip']]"/>
      <xsl:variable name="trips"
          select="/p:Prepared/d:Declaration/d:Trip[2]/../d:Trip[not($about) or d:ID = $about/@batch]"/>
      <xsl:for-each select="$trips">
        <xsl:variable name="its-legs" select="d:Leg[d:ToOfficeID = $from-exit-on/@office]"/>
        <xsl:call-template name="transport">
          <xsl:with-param name="number" select="d:ID"/>
          <xsl:with-param name="by" select="$its-legs[1] | d:Leg[not($its-legs)][1]"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:if test="not($trips)">
        <xsl:call-template name="transport">
          <xsl:with-param name="number" select="/p:Prepared/p:Trip/@batch"/>
          <xsl:with-param name="by" select="$leg"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:variable name="share" select="$trips[$about and ../d:Trip[2]]"/>
      <TotalPackageQuantity>
        <xsl:value-of select="$share/d:PackageQuantity | /p:Prepared/p:Totals[not($share)]/@packages"/>
      </TotalPackageQuantity>
      <TotalGrossMassMeasure unitCode="KGM">
        <xsl:value-of select="$share/d:GrossMassMeasure | /p:Prepared/p:Totals[not($share)]/@gross-mass"/>
      </TotalGrossMassMeasure>
    </MovementNotice>
  </xsl:template>

  <xsl:template name="transport">
    <xsl:param name="number"/>
    <xsl:param name="by"/>
    <Transport>
      <BatchID><xsl:value-of select="$number"/></BatchID>
      <PlateID>
        <xsl:value-of select="$by/d:Vehicle[@kind != 'trailer'][1]/d:Plate[1]"/>
      </PlateID>
    </Transport>
  </xsl:template>
</xsl:stylesheet>
