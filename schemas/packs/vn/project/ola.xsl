<?xml version="1.0" encoding="UTF-8"?>
<!-- OLA: register the transport from the border gate to the inland office. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:template match="/">
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="'OLA'"/>
      </xsl:call-template>
      <xsl:call-template name="transport"/>
    </Job>
  </xsl:template>

  <xsl:template name="transport">
    <xsl:variable name="carrier" select="/p:Prepared/d:Declaration/d:Party[@role = 'carrier'][1]"/>
    <xsl:variable name="guarantee" select="/p:Prepared/d:Declaration/d:Guarantee[1]"/>
    <Field name="IEI">I</Field>
    <Field name="CHC"><xsl:value-of select="$message/@national-office"/></Field>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'TRC'"/>
      <xsl:with-param name="value" select="translate($carrier/d:ID[@scheme = 'MST'][1], '-', '')"/>
    </xsl:call-template>
    <xsl:call-template name="in-vietnamese">
      <xsl:with-param name="name" select="'TRN'"/>
      <xsl:with-param name="texts" select="$carrier/d:Name"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'TCN'"/>
      <xsl:with-param name="value" select="$consignment/d:TransportContract[1]/d:ID"/>
    </xsl:call-template>
    <!-- TCD and EDC stay blank: the declaration does not date the contract. -->
    <xsl:call-template name="means">
      <xsl:with-param name="name" select="'BYA'"/>
    </xsl:call-template>
    <!-- OBJ (purpose) stays blank: no value of it is confirmed. -->
    <Field name="USS">KR</Field>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'SDT'"/>
      <xsl:with-param name="at" select="$entry/@at"/>
    </xsl:call-template>
    <xsl:call-template name="hour">
      <xsl:with-param name="name" select="'SDH'"/>
      <xsl:with-param name="at" select="$entry/@at"/>
    </xsl:call-template>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'EDT'"/>
      <xsl:with-param name="at" select="$destination/@at"/>
    </xsl:call-template>
    <xsl:call-template name="hour">
      <xsl:with-param name="name" select="'EDH'"/>
      <xsl:with-param name="at" select="$destination/@at"/>
    </xsl:call-template>
    <!-- Codes of bonded places and ports are not confirmed: the office's code stands for both. -->
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'DPR'"/>
      <xsl:with-param name="value" select="$entry/@national-office"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'PRT'"/>
      <xsl:with-param name="value" select="$entry/@national-office"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'ARR'"/>
      <xsl:with-param name="value" select="$destination/@national-office"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'ARP'"/>
      <xsl:with-param name="value"
          select="$consignment/d:UnloadingLocation/d:ID[starts-with(., 'VN')]"/>
    </xsl:call-template>
    <xsl:if test="$entry and $destination">
      <Field name="ROU">
        <xsl:for-each select="$stops">
          <xsl:if test="position() &gt; 1">-</xsl:if>
          <xsl:value-of select="@national-office"/>
        </xsl:for-each>
      </Field>
    </xsl:if>
    <!-- TOS stays blank: the office's codes of kinds of guarantee are not known. -->
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'SEP'"/>
      <xsl:with-param name="value"
          select="($guarantee/d:Reference/d:ID | $guarantee/d:OtherReferenceID)[1]"/>
    </xsl:call-template>
    <xsl:call-template name="cargo"/>
    <xsl:call-template name="equipment"/>
  </xsl:template>

  <!-- One line for each house consignment; one for all of them where five lines would not do. -->
  <xsl:template name="cargo">
    <xsl:variable name="houses" select="$consignment/d:HouseConsignment"/>
    <xsl:choose>
      <xsl:when test="count($houses) &gt; 1 and count($houses) &lt; 6">
        <xsl:for-each select="$houses">
          <xsl:call-template name="cargo-line">
            <xsl:with-param name="number">
              <xsl:choose>
                <xsl:when test="d:UCR != ''"><xsl:value-of select="d:UCR"/></xsl:when>
                <xsl:otherwise>
                  <xsl:value-of select="concat($cargo-number, '/', d:SequenceNumeric)"/>
                </xsl:otherwise>
              </xsl:choose>
            </xsl:with-param>
            <xsl:with-param name="items" select="d:GoodsItem"/>
            <xsl:with-param name="gross"
                select="format-number(sum(d:GoodsItem/d:GrossMassMeasure), '0.######')"/>
            <xsl:with-param name="value"
                select="format-number(sum(d:GoodsItem/d:ValueAmount), '0.00####')"/>
          </xsl:call-template>
        </xsl:for-each>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="cargo-line">
          <xsl:with-param name="number" select="$cargo-number"/>
          <xsl:with-param name="items" select="$houses/d:GoodsItem"/>
          <xsl:with-param name="gross" select="/p:Prepared/p:Totals/@gross-mass"/>
          <xsl:with-param name="value" select="/p:Prepared/p:Totals/@value"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A cargo line sums up: it names the first goods; the import declaration lists them all. -->
  <xsl:template name="cargo-line">
    <xsl:param name="number"/>
    <xsl:param name="items"/>
    <xsl:param name="gross"/>
    <xsl:param name="value"/>
    <xsl:variable name="first" select="$items[1]"/>
    <xsl:variable name="said" select="$first/d:Commodity/d:Description"/>
    <xsl:variable name="description">
      <xsl:choose>
        <xsl:when test="$said[@lang = 'vi']"><xsl:value-of select="$said[@lang = 'vi'][1]"/></xsl:when>
        <xsl:when test="$said[@lang = 'en']"><xsl:value-of select="$said[@lang = 'en'][1]"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$said[1]"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <Group name="cargo">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'CGN'"/>
        <xsl:with-param name="value" select="$number"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'CGD'"/>
        <xsl:with-param name="value" select="substring(normalize-space($description), 1, 100)"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'HSF'"/>
        <xsl:with-param name="value"
            select="substring($first/d:Commodity/d:HarmonizedSystemCode, 1, 4)"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'GWT'"/>
        <xsl:with-param name="value" select="$gross"/>
      </xsl:call-template>
      <xsl:call-template name="mapped">
        <xsl:with-param name="name" select="'WUT'"/>
        <xsl:with-param name="list" select="'units'"/>
        <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'VAL'"/>
        <xsl:with-param name="value" select="$value"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'CUR'"/>
        <xsl:with-param name="value" select="$first/d:ValueAmount/@currency"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'ORG'"/>
        <xsl:with-param name="value" select="$first/d:Origin/d:CountryCode"/>
      </xsl:call-template>
    </Group>
  </xsl:template>
</xsl:stylesheet>
