<?xml version="1.0" encoding="UTF-8"?>
<!-- EDA: register the export. Branches, lines and invoice as in IDA; the way to the gate goes with it.
     EDA01: register its correction. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:import href="ida.xsl"/>

  <xsl:variable name="procedure" select="$movement/p:Procedure[@kind = 'vn-export']"/>
  <xsl:variable name="parties" select="/p:Prepared/d:Declaration/d:Party"/>

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
          <xsl:with-param name="name" select="'ECN'"/>
          <xsl:with-param name="kind" select="'export'"/>
        </xsl:call-template>
      </xsl:if>
      <Field name="BNO"><xsl:value-of select="$part"/></Field>
      <Field name="DNO"><xsl:value-of select="$parts + (not($parts))"/></Field>
      <Field name="KND">B11</Field>
      <xsl:call-template name="means">
        <xsl:with-param name="name" select="'MOD'"/>
      </xsl:call-template>
      <Field name="CHC"><xsl:value-of select="$message/@national-office"/></Field>
      <Field name="SEC">00</Field>
      <xsl:call-template name="traders"/>
      <xsl:call-template name="load">
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
      <xsl:call-template name="way"/>
      <xsl:for-each select="/p:Prepared/d:Declaration/d:Trip/d:TransportEquipment">
        <Group name="container">
          <xsl:call-template name="equipment-number"/>
        </Group>
      </xsl:for-each>
      <xsl:apply-templates select="$lines"/>
    </Job>
  </xsl:template>

  <xsl:template name="traders">
    <xsl:variable name="exporter"
        select="$parties[@role = 'exporter'
                or (@role = 'consignor' and not($parties[@role = 'exporter']))][1]"/>
    <xsl:variable name="consignee"
        select="$parties[@role = 'consignee'
                or (@role = 'importer' and not($parties[@role = 'consignee']))][1]"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'EXC'"/>
      <xsl:with-param name="value" select="translate($exporter/d:ID[@scheme = 'MST'][1], '-', '')"/>
    </xsl:call-template>
    <xsl:call-template name="in-vietnamese">
      <xsl:with-param name="name" select="'EXN'"/>
      <xsl:with-param name="texts" select="$exporter/d:Name"/>
    </xsl:call-template>
    <xsl:call-template name="address">
      <xsl:with-param name="name" select="'EXA'"/>
      <xsl:with-param name="address" select="$exporter/d:Address"/>
      <xsl:with-param name="language" select="'vi'"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'EXP'"/>
      <xsl:with-param name="value" select="$exporter/d:Address/d:PostcodeID"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'EXT'"/>
      <xsl:with-param name="value" select="translate($exporter/d:Contact[1]/d:Telephone, ' ', '')"/>
    </xsl:call-template>
    <xsl:call-template name="in-english">
      <xsl:with-param name="name" select="'CNN'"/>
      <xsl:with-param name="texts" select="$consignee/d:Name"/>
    </xsl:call-template>
    <xsl:call-template name="address">
      <xsl:with-param name="name" select="'CNA'"/>
      <xsl:with-param name="address" select="$consignee/d:Address"/>
      <xsl:with-param name="language" select="'en'"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'CNC'"/>
      <xsl:with-param name="value" select="$consignee/d:Address/d:CountryCode"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="load">
    <xsl:param name="packages"/>
    <xsl:param name="gross"/>
    <Field name="CGN"><xsl:value-of select="$cargo-number"/></Field>
    <Field name="PCS"><xsl:value-of select="$packages"/></Field>
    <Field name="GWT"><xsl:value-of select="$gross"/></Field>
    <xsl:call-template name="mapped">
      <xsl:with-param name="name" select="'WUT'"/>
      <xsl:with-param name="list" select="'units'"/>
      <xsl:with-param name="code" select="string($consignment/d:GrossMassMeasure/@unit)"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'DST'"/>
      <xsl:with-param name="value" select="substring($consignment/d:UnloadingLocation/d:ID, 1, 5)"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'LOA'"/>
      <xsl:with-param name="value" select="$consignment/d:LoadingLocation/d:ID"/>
    </xsl:call-template>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'PLT'"/>
      <xsl:with-param name="value" select="$leg/d:Vehicle[1]/d:Plate[1]"/>
    </xsl:call-template>
    <!-- The goods leave the country at the border gate. -->
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'DPD'"/>
      <xsl:with-param name="at" select="($exit/@at | $departure/@at[not($exit)])[1]"/>
    </xsl:call-template>
  </xsl:template>

  <!-- An export line has no field for it. -->
  <xsl:template name="origin"/>

  <!-- A combined transport declaration: cleared inland, the goods run under control to these places. -->
  <xsl:template name="way">
    <xsl:for-each select="$stops[@role != 'departure']">
      <Group name="stop">
        <Field name="STP"><xsl:value-of select="@national-office"/></Field>
        <xsl:call-template name="day">
          <xsl:with-param name="name" select="'STA'"/>
          <xsl:with-param name="at" select="@at"/>
        </xsl:call-template>
      </Group>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
