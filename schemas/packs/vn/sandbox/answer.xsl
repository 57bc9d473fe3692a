<?xml version="1.0" encoding="UTF-8"?>
<!-- One simulated answer: `output` says which. The submission comes in as a Job, a Job goes out. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:j="urn:fullroute:job:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="j">

  <xsl:output method="xml" encoding="UTF-8"/>

  <!-- Given by the behaviour. -->
  <xsl:param name="output"/>
  <xsl:param name="job"/>
  <xsl:param name="channel" select="'1'"/>
  <xsl:param name="code"/>
  <xsl:param name="field"/>
  <xsl:param name="text"/>
  <!-- Given by the simulator. -->
  <xsl:param name="national-office"/>
  <xsl:param name="compact"/>
  <xsl:param name="number12"/>
  <xsl:param name="number18"/>

  <xsl:variable name="sent" select="/j:Job"/>
  <!-- What the office sends by itself quotes no submission; the import number tells. -->
  <xsl:variable name="own"
      select="contains(' DUTIES VAD487 VAD491 VAD1AG VAE474 VAE478 VAE1LF ', concat(' ', $output, ' '))"/>
  <xsl:variable name="exporting" select="starts-with($output, 'VAE') or $output = 'EDACOPY'"/>
  <!-- An import number begins with 1 (an export number with 3). IDA and BIA are answered under the
       same number key, and the last nine digits of number18 depend on that key alone. -->
  <xsl:variable name="import" select="concat('100', substring($number18, 10, 9))"/>
  <xsl:variable name="export" select="concat('300', substring($number18, 10, 9))"/>

  <xsl:template match="/">
    <Job output="{$output}" time="{substring($compact, 1, 14)}" divide="001" end="E">
      <xsl:if test="not($own)">
        <xsl:attribute name="subject"><xsl:value-of select="$sent/@subject"/></xsl:attribute>
      </xsl:if>
      <xsl:attribute name="code">
        <xsl:choose>
          <xsl:when test="$job != ''"><xsl:value-of select="$job"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="$sent/@code"/></xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:if test="not($own)">
        <xsl:attribute name="input"><xsl:value-of select="$sent/@input"/></xsl:attribute>
        <xsl:attribute name="index"><xsl:value-of select="$sent/@index"/></xsl:attribute>
      </xsl:if>
      <xsl:choose>
        <xsl:when test="$output = 'REFUSAL'"><xsl:call-template name="refusal"/></xsl:when>
        <xsl:when test="$output = 'TIRCOPY' or $output = 'TORCOPY' or starts-with($output, 'VAS03')">
          <xsl:call-template name="vehicle"/>
        </xsl:when>
        <xsl:when test="contains(' VAS509 VAS510 VAS511 VAS512 ', concat(' ', $output, ' '))">
          <xsl:call-template name="objection"/>
        </xsl:when>
        <xsl:when test="$own"><xsl:call-template name="unasked"/></xsl:when>
        <xsl:otherwise><xsl:call-template name="good"/></xsl:otherwise>
      </xsl:choose>
    </Job>
  </xsl:template>

  <!-- Copies, declared, approved, started, arrived. -->
  <xsl:template name="good">
    <Field name="RES">00000</Field>
    <xsl:choose>
      <xsl:when test="$output = 'OLACOPY'">
        <Field name="OLT"><xsl:value-of select="$number12"/></Field>
        <Field name="CHC"><xsl:value-of select="$sent/j:Field[@name = 'CHC']"/></Field>
        <Field name="TRC"><xsl:value-of select="$sent/j:Field[@name = 'TRC']"/></Field>
        <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      </xsl:when>
      <xsl:when test="$output = 'IDACOPY'">
        <Field name="ICN">
          <xsl:choose>
            <xsl:when test="$sent/j:Field[@name = 'ICN']">
              <xsl:value-of select="$sent/j:Field[@name = 'ICN']"/>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="$import"/></xsl:otherwise>
          </xsl:choose>
        </Field>
        <Field name="CHC"><xsl:value-of select="$sent/j:Field[@name = 'CHC']"/></Field>
        <Field name="IMC"><xsl:value-of select="$sent/j:Field[@name = 'IMC']"/></Field>
        <xsl:copy-of select="$sent/j:Field[@name = 'REF']"/>
        <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      </xsl:when>
      <xsl:when test="$output = 'EDACOPY'">
        <Field name="ECN">
          <xsl:choose>
            <xsl:when test="$sent/j:Field[@name = 'ECN']">
              <xsl:value-of select="$sent/j:Field[@name = 'ECN']"/>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="$export"/></xsl:otherwise>
          </xsl:choose>
        </Field>
        <Field name="CHC"><xsl:value-of select="$sent/j:Field[@name = 'CHC']"/></Field>
        <Field name="EXC"><xsl:value-of select="$sent/j:Field[@name = 'EXC']"/></Field>
        <xsl:copy-of select="$sent/j:Field[@name = 'REF']"/>
        <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      </xsl:when>
      <xsl:when test="$output = 'VAE1LD'">
        <xsl:copy-of select="$sent/j:Field[@name = 'ECN']"/>
        <Field name="CHC"><xsl:value-of select="$national-office"/></Field>
        <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      </xsl:when>
      <xsl:when test="$output = 'VAD1AC'">
        <xsl:copy-of select="$sent/j:Field[@name = 'ICN']"/>
        <Field name="CHC"><xsl:value-of select="$national-office"/></Field>
        <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      </xsl:when>
      <xsl:when test="contains(' IDDCOPY EDDCOPY AMACOPY AMCCOPY ', concat(' ', $output, ' '))">
        <xsl:copy-of select="$sent/j:Field[@name = 'ICN' or @name = 'ECN' or @name = 'NUM']"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="$sent/j:Field[@name = 'OLT']"/>
        <xsl:if test="$output != 'BOACOPY'">
          <Field name="CHC"><xsl:value-of select="$national-office"/></Field>
        </xsl:if>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="moment"/>
  </xsl:template>

  <xsl:template name="vehicle">
    <Field name="RES">00000</Field>
    <xsl:copy-of select="$sent/j:Field[@name = 'ABG' or @name = 'PLA' or @name = 'TRN'
                                       or (@name = 'KBN' and . != '9')]"/>
    <xsl:call-template name="moment"/>
  </xsl:template>

  <!-- Not approved: a guarantee, a correction, or never. -->
  <xsl:template name="objection">
    <xsl:copy-of select="$sent/j:Field[@name = 'OLT']"/>
    <Field name="CHC"><xsl:value-of select="$national-office"/></Field>
    <xsl:call-template name="moment"/>
    <Field name="RSN"><xsl:value-of select="$text"/></Field>
  </xsl:template>

  <xsl:template name="unasked">
    <xsl:choose>
      <xsl:when test="$exporting">
        <Field name="ECN"><xsl:value-of select="$export"/></Field>
      </xsl:when>
      <xsl:otherwise>
        <Field name="ICN"><xsl:value-of select="$import"/></Field>
      </xsl:otherwise>
    </xsl:choose>
    <Field name="CHC"><xsl:value-of select="$national-office"/></Field>
    <xsl:if test="contains(' VAD487 VAD491 VAE474 VAE478 ', concat(' ', $output, ' '))">
      <Field name="CCH"><xsl:value-of select="$channel"/></Field>
      <Field name="EXM">Kiểm tra thực tế hàng hóa</Field>
      <Field name="PLC"><xsl:value-of select="$national-office"/></Field>
    </xsl:if>
    <xsl:if test="$output = 'DUTIES'">
      <!-- Amounts are of the simulation: a duty of zero under the free trade agreement and VAT. -->
      <Field name="CUR">VND</Field>
      <Field name="DTX">372800000</Field>
      <Field name="DUE"><xsl:value-of select="substring($compact, 1, 8)"/></Field>
    </xsl:if>
    <xsl:call-template name="moment"/>
    <xsl:if test="$output = 'DUTIES'">
      <Group name="tax">
        <Field name="TXK">NK</Field>
        <Field name="TXA">0</Field>
      </Group>
      <Group name="tax">
        <Field name="TXK">VAT</Field>
        <Field name="TXA">372800000</Field>
      </Group>
    </xsl:if>
  </xsl:template>

  <xsl:template name="refusal">
    <xsl:copy-of select="$sent/j:Field[contains(' OLT ICN ECN NUM FNC ', concat(' ', @name, ' '))]"/>
    <!-- A vehicle's report says in KBN whether it is new, changes or cancels. -->
    <xsl:if test="$sent/j:Field[@name = 'KBN' and . != '9']">
      <Field name="FNC"><xsl:value-of select="$sent/j:Field[@name = 'KBN']"/></Field>
    </xsl:if>
    <xsl:call-template name="moment"/>
    <Group name="result">
      <Field name="COD"><xsl:value-of select="$code"/></Field>
      <xsl:if test="$field != ''">
        <Field name="FLD"><xsl:value-of select="$field"/></Field>
      </xsl:if>
      <Field name="TXT"><xsl:value-of select="$text"/></Field>
    </Group>
  </xsl:template>

  <xsl:template name="moment">
    <Field name="DAY"><xsl:value-of select="substring($compact, 1, 8)"/></Field>
    <Field name="TIM"><xsl:value-of select="substring($compact, 9, 6)"/></Field>
  </xsl:template>
</xsl:stylesheet>
