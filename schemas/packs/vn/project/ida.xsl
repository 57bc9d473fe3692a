<?xml version="1.0" encoding="UTF-8"?>
<!-- IDA: register the import. More than fifty lines are split in branches, one message each.
     IDA01: register its correction, everything anew under its number. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:variable name="lines-most" select="50"/>
  <xsl:variable name="items" select="$consignment/d:HouseConsignment/d:GoodsItem"/>
  <xsl:variable name="parts" select="ceiling(count($items) div $lines-most)"/>

  <!-- What EDA overrides. -->
  <xsl:variable name="procedure" select="$movement/p:Procedure[@kind = 'vn-import']"/>

  <xsl:variable name="correcting" select="substring($message/@type, 4) = '01'"/>

  <!-- What is released is corrected by other jobs, what is over by none. -->
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$correcting and not($procedure[@state = 'lodged' or @state = 'accepted'
                                                     or @state = 'under-control'
                                                     or @state = 'not-released'])">
        <p:Messages/>
      </xsl:when>
      <xsl:when test="$parts &gt; 1">
        <p:Messages>
          <xsl:call-template name="branches"/>
        </p:Messages>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="branch">
          <xsl:with-param name="part" select="1"/>
          <xsl:with-param name="lines" select="$items"/>
          <xsl:with-param name="packages" select="/p:Prepared/p:Totals/@packages"/>
          <xsl:with-param name="gross" select="/p:Prepared/p:Totals/@gross-mass"/>
          <xsl:with-param name="value" select="/p:Prepared/p:Totals/@value"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Sums of a branch: a double holds sums of decimals this short exactly enough to be cut back. -->
  <xsl:template name="branches">
    <xsl:param name="part" select="1"/>
    <xsl:variable name="before" select="($part - 1) * $lines-most"/>
    <!-- A predicate on the set counts over all of it; in a step it would count within one house. -->
    <xsl:variable name="lines"
        select="$items[position() &gt; $before and position() &lt;= $before + $lines-most]"/>
    <xsl:call-template name="branch">
      <xsl:with-param name="part" select="$part"/>
      <xsl:with-param name="lines" select="$lines"/>
      <xsl:with-param name="packages" select="sum($lines/d:Packaging/d:Quantity)"/>
      <xsl:with-param name="gross"
          select="format-number(sum($lines/d:GrossMassMeasure), '0.######')"/>
      <xsl:with-param name="value" select="format-number(sum($lines/d:ValueAmount), '0.00####')"/>
    </xsl:call-template>
    <xsl:if test="$part &lt; $parts">
      <xsl:call-template name="branches">
        <xsl:with-param name="part" select="$part + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="branch">
    <xsl:param name="part"/>
    <xsl:param name="lines"/>
    <xsl:param name="packages"/>
    <xsl:param name="gross"/>
    <xsl:param name="value"/>
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="string($message/@type)"/>
        <xsl:with-param name="part" select="$part"/>
        <xsl:with-param name="parts" select="$parts + (not($parts))"/>
      </xsl:call-template>
      <xsl:if test="$correcting">
        <xsl:call-template name="number">
          <xsl:with-param name="name" select="'ICN'"/>
          <xsl:with-param name="kind" select="'import'"/>
        </xsl:call-template>
      </xsl:if>
      <Field name="BNO"><xsl:value-of select="$part"/></Field>
      <Field name="DNO"><xsl:value-of select="$parts + (not($parts))"/></Field>
      <!-- Kind and section: no source names those for an import; both are common practice. -->
      <Field name="KND">A11</Field>
      <xsl:call-template name="means">
        <xsl:with-param name="name" select="'MOD'"/>
      </xsl:call-template>
      <Field name="CHC"><xsl:value-of select="$message/@national-office"/></Field>
      <Field name="SEC">00</Field>
      <xsl:call-template name="parties"/>
      <xsl:call-template name="cargo">
        <xsl:with-param name="packages" select="$packages"/>
        <xsl:with-param name="gross" select="$gross"/>
      </xsl:call-template>
      <xsl:call-template name="invoice"/>
      <Field name="TVA"><xsl:value-of select="$value"/></Field>
      <!-- A longer reference is left out, never cut: the subject of the header has it whole. -->
      <xsl:if test="string-length($movement/@lrn) &lt; 21">
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'REF'"/>
          <xsl:with-param name="value" select="$movement/@lrn"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:for-each select="/p:Prepared/d:Declaration/d:Trip/d:TransportEquipment">
        <Group name="container">
          <xsl:call-template name="equipment-number"/>
        </Group>
      </xsl:for-each>
      <xsl:apply-templates select="$lines"/>
    </Job>
  </xsl:template>

  <xsl:template name="parties">
    <xsl:variable name="parties" select="/p:Prepared/d:Declaration/d:Party"/>
    <xsl:variable name="importer"
        select="$parties[@role = 'importer'
                or (@role = 'consignee' and not($parties[@role = 'importer']))][1]"/>
    <xsl:variable name="exporter"
        select="$parties[@role = 'exporter'
                or (@role = 'consignor' and not($parties[@role = 'exporter']))][1]"/>
    <xsl:variable name="tax-code"
        select="$importer/d:ID[@scheme = 'MST'
                or (@scheme = 'TIN' and not(../d:ID[@scheme = 'MST']))][1]"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IMC'"/>
      <xsl:with-param name="value" select="translate($tax-code, '-', '')"/>
    </xsl:call-template>
    <xsl:call-template name="in-vietnamese">
      <xsl:with-param name="name" select="'IMN'"/>
      <xsl:with-param name="texts" select="$importer/d:Name"/>
    </xsl:call-template>
    <xsl:call-template name="address">
      <xsl:with-param name="name" select="'IMA'"/>
      <xsl:with-param name="address" select="$importer/d:Address"/>
      <xsl:with-param name="language" select="'vi'"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IMP'"/>
      <xsl:with-param name="value" select="$importer/d:Address/d:PostcodeID"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IMT'"/>
      <xsl:with-param name="value" select="translate($importer/d:Contact[1]/d:Telephone, ' ', '')"/>
    </xsl:call-template>
    <xsl:call-template name="in-english">
      <xsl:with-param name="name" select="'EPN'"/>
      <xsl:with-param name="texts" select="$exporter/d:Name"/>
    </xsl:call-template>
    <xsl:call-template name="address">
      <xsl:with-param name="name" select="'EPA'"/>
      <xsl:with-param name="address" select="$exporter/d:Address"/>
      <xsl:with-param name="language" select="'en'"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'EPC'"/>
      <xsl:with-param name="value" select="$exporter/d:Address/d:CountryCode"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="address">
    <xsl:param name="name"/>
    <xsl:param name="address"/>
    <xsl:param name="language"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value">
        <xsl:for-each select="$address/d:Line[@lang = $language
            or (not(../d:Line/@lang = $language) and @lang = ../d:Line[1]/@lang)
            or not(@lang)] | $address/d:CityName">
          <xsl:if test="position() &gt; 1">, </xsl:if>
          <xsl:value-of select="."/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="cargo">
    <xsl:param name="packages"/>
    <xsl:param name="gross"/>
    <!-- Bills: those of the transport, else the number the cargo is known by. -->
    <xsl:for-each select="$consignment/d:TransportContract/d:ID">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'BIL'"/>
        <xsl:with-param name="value" select="."/>
        <xsl:with-param name="index" select="position()"/>
      </xsl:call-template>
    </xsl:for-each>
    <xsl:if test="not($consignment/d:TransportContract/d:ID)">
      <Field name="BIL" index="1"><xsl:value-of select="$cargo-number"/></Field>
    </xsl:if>
    <Field name="PCS"><xsl:value-of select="$packages"/></Field>
    <Field name="GWT"><xsl:value-of select="$gross"/></Field>
    <xsl:call-template name="mapped">
      <xsl:with-param name="name" select="'WUT'"/>
      <xsl:with-param name="list" select="'units'"/>
      <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'PLT'"/>
      <xsl:with-param name="value" select="$leg/d:Vehicle[1]/d:Plate[1]"/>
    </xsl:call-template>
    <!-- The goods arrive in the country at the border gate. -->
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'ARD'"/>
      <xsl:with-param name="at" select="($entry/@at | $destination/@at)[1]"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'UNL'"/>
      <xsl:with-param name="value" select="$consignment/d:UnloadingLocation/d:ID"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'LOA'"/>
      <xsl:with-param name="value" select="$consignment/d:LoadingLocation/d:ID"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="invoice">
    <xsl:variable name="invoice" select="$consignment/d:Invoice[1]"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IVN'"/>
      <xsl:with-param name="value" select="$invoice/d:ID"/>
    </xsl:call-template>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'IVD'"/>
      <xsl:with-param name="at" select="$invoice/d:IssueDate"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IVT'"/>
      <xsl:with-param name="value" select="$consignment/d:TradeTerms/d:ConditionCode"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IVC'"/>
      <xsl:with-param name="value" select="$invoice/d:Amount/@currency"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'IVA'"/>
      <!-- With several invoices no single amount stands for them. -->
      <xsl:with-param name="value" select="$invoice[not($consignment/d:Invoice[2])]/d:Amount"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="d:GoodsItem">
    <xsl:variable name="commodity" select="d:Commodity"/>
    <xsl:variable name="tariff" select="$commodity/d:NationalCode[@country = 'VN'][1]"/>
    <Group name="line">
      <!-- Without the national code the six common digits go in, and the rules ask for the rest. -->
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'HSC'"/>
        <xsl:with-param name="value"
            select="$tariff | $commodity/d:HarmonizedSystemCode[not($tariff)]"/>
      </xsl:call-template>
      <xsl:call-template name="in-vietnamese">
        <xsl:with-param name="name" select="'NAM'"/>
        <xsl:with-param name="texts" select="$commodity/d:Description"/>
      </xsl:call-template>
      <xsl:call-template name="quantity">
        <xsl:with-param name="place" select="1"/>
        <xsl:with-param name="quantity" select="d:Quantity[@country = 'VN' and @use = 'first'][1]"/>
      </xsl:call-template>
      <xsl:call-template name="quantity">
        <xsl:with-param name="place" select="2"/>
        <xsl:with-param name="quantity"
            select="d:Quantity[@country = 'VN' and @use = 'second'][1]"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'VAL'"/>
        <xsl:with-param name="value" select="d:ValueAmount"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'CUR'"/>
        <xsl:with-param name="value" select="d:ValueAmount/@currency"/>
      </xsl:call-template>
      <xsl:call-template name="origin"/>
    </Group>
  </xsl:template>

  <xsl:template name="origin">
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'ORG'"/>
      <xsl:with-param name="value" select="d:Origin/d:CountryCode"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="quantity">
    <xsl:param name="place"/>
    <xsl:param name="quantity"/>
    <xsl:if test="$quantity">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="concat('QT', $place)"/>
        <xsl:with-param name="value" select="$quantity"/>
      </xsl:call-template>
      <xsl:call-template name="mapped">
        <xsl:with-param name="name" select="concat('QU', $place)"/>
        <xsl:with-param name="list" select="'units'"/>
        <xsl:with-param name="code" select="string($quantity/@unit)"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
