<?xml version="1.0" encoding="UTF-8"?>
<!-- TIR: the vehicle has left China and arrives at the border gate. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">
  <xsl:include href="common.xsl"/>

  <xsl:variable name="lower" select="'abcdefghijklmnopqrstuvwxyz'"/>
  <xsl:variable name="upper" select="'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"/>

  <!-- What changes an earlier report overrides these: its function, and whether there is one. -->
  <xsl:variable name="function" select="9"/>
  <xsl:variable name="due" select="true()"/>

  <!-- A train or ship is reported by other jobs: nothing is owed. -->
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="not($due) or $modes[(@system = 'VN' and . != '31')
                                          or (@system = 'UNECE' and . != '3')]">
        <p:Messages/>
      </xsl:when>
      <xsl:otherwise><xsl:call-template name="arrival"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The two gates face each other: having left one is arriving at the other. -->
  <xsl:template name="at-the-gate">
    <xsl:variable name="exited" select="$movement/p:Happened[@kind = 'exited'][last()]/@at"/>
    <xsl:choose>
      <xsl:when test="$exited != ''"><xsl:value-of select="$exited"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$entry/@at"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A foreign vehicle is temporarily imported from its arrival; until when, its book says. -->
  <xsl:template name="temporary">
    <xsl:param name="at"/>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'TID'"/>
      <xsl:with-param name="at" select="$at"/>
    </xsl:call-template>
    <xsl:call-template name="day">
      <xsl:with-param name="name" select="'TIT'"/>
      <xsl:with-param name="at" select="$leg/d:Permit[d:TypeCode = 'TAD'][1]/d:ExpiryDate"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The first plate is the one of the registering country. Of a vehicle that took the goods over
       only the plate is known, and the country by its shape where none was told. -->
  <xsl:template name="plate">
    <xsl:param name="vehicle"/>
    <xsl:choose>
      <xsl:when test="$reported-plate != '' and not($vehicle/d:Plate[. = $reported-plate])">
        <Field name="PLA"><xsl:value-of select="$reported-plate"/></Field>
        <Field name="VCC"><xsl:value-of select="$taken-over/@country"/></Field>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'PLA'"/>
          <xsl:with-param name="value" select="$vehicle/d:Plate[1]"/>
        </xsl:call-template>
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'VCC'"/>
          <xsl:with-param name="value" select="$vehicle/d:Plate[1]/@country"/>
        </xsl:call-template>
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'CHA'"/>
          <xsl:with-param name="value" select="$vehicle/d:ChassisID"/>
        </xsl:call-template>
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="'ENG'"/>
          <xsl:with-param name="value" select="$vehicle/d:EngineID"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="arrival">
    <xsl:variable name="arrival"><xsl:call-template name="at-the-gate"/></xsl:variable>
    <xsl:variable name="vehicle"
        select="$leg/d:Vehicle[@kind != 'trailer' or not(../d:Vehicle[@kind != 'trailer'])][1]"/>
    <!-- What the goods stand in is the trailer, where there is one. -->
    <xsl:variable name="types"
        select="$leg/d:Vehicle[@kind = 'trailer' or not(../d:Vehicle[@kind = 'trailer'])]/d:TypeCode"/>
    <xsl:variable name="carrier" select="/p:Prepared/d:Declaration/d:Party[@role = 'carrier'][1]"/>
    <Job>
      <xsl:call-template name="header">
        <xsl:with-param name="code" select="substring($message/@type, 1, 3)"/>
      </xsl:call-template>
      <Field name="KBN"><xsl:value-of select="$function"/></Field>
      <Field name="ABG"><xsl:value-of select="$message/@national-office"/></Field>
      <xsl:call-template name="day">
        <xsl:with-param name="name" select="'ADT'"/>
        <xsl:with-param name="at" select="$arrival"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'AMT'"/>
        <xsl:with-param name="value"
            select="concat(substring($arrival, 12, 2), substring($arrival, 15, 2))"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'VTY'"/>
        <xsl:with-param name="value" select="translate($types[1], $lower, $upper)"/>
      </xsl:call-template>
      <xsl:call-template name="plate">
        <xsl:with-param name="vehicle" select="$vehicle"/>
      </xsl:call-template>
      <xsl:call-template name="in-vietnamese">
        <xsl:with-param name="name" select="'OWN'"/>
        <xsl:with-param name="texts" select="$carrier/d:Name"/>
      </xsl:call-template>
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'PER'"/>
        <xsl:with-param name="value" select="$leg/d:Permit[d:TypeCode = 'GMS'][1]/d:ID"/>
      </xsl:call-template>
      <xsl:if test="$vehicle/d:Plate[1]/@country != 'VN'">
        <xsl:call-template name="temporary">
          <xsl:with-param name="at" select="$arrival"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:for-each select="$leg/d:Driver">
        <Group name="driver">
          <!-- As the passport spells it: Latin letters where there are any. -->
          <xsl:call-template name="in-vietnamese">
            <xsl:with-param name="name" select="'DNM'"/>
            <xsl:with-param name="texts" select="d:Name"/>
          </xsl:call-template>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'DNA'"/>
            <xsl:with-param name="value" select="d:NationalityCode"/>
          </xsl:call-template>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'DPP'"/>
            <xsl:with-param name="value" select="d:ID[@scheme = 'PASSPORT'][1]"/>
          </xsl:call-template>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'DBP'"/>
            <xsl:with-param name="value" select="d:ID[@scheme = 'BORDERPASS'][1]"/>
          </xsl:call-template>
        </Group>
      </xsl:for-each>
      <xsl:for-each select="/p:Prepared/d:Declaration/d:Trip/d:TransportEquipment
              [not(d:ID = ../d:Leg/d:Vehicle/d:Plate) or d:ID = $leg/d:Vehicle/d:Plate]">
        <Group name="container">
          <xsl:call-template name="equipment-number"/>
          <xsl:call-template name="seals">
            <xsl:with-param name="equipment" select="."/>
          </xsl:call-template>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'FEI'"/>
            <xsl:with-param name="value"
                select="substring(translate(d:FullnessCode, $lower, $upper), 1, 1)"/>
          </xsl:call-template>
          <xsl:call-template name="field">
            <xsl:with-param name="name" select="'CTY'"/>
            <xsl:with-param name="value" select="d:TypeCode"/>
          </xsl:call-template>
        </Group>
      </xsl:for-each>
    </Job>
  </xsl:template>
</xsl:stylesheet>
