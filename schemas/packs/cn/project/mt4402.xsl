<?xml version="1.0" encoding="UTF-8"?>
<!-- MT4402, loaded vehicle confirmation at exit: vehicle, driver of this leg, equipment, seals. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:Declaration:datamodel:standard:CN:MT4402:1"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <!-- The procedure whose declaration number the gate is told. -->
  <xsl:variable name="declared-under" select="'cn-export'"/>
  <xsl:variable name="put-on" select="/p:Prepared/p:Trip[1]/p:Seal"/>
  <!-- What is a vehicle of another leg does not come to this gate. -->
  <xsl:variable name="equipment"
      select="$declaration/d:Trip[1]/d:TransportEquipment[not(d:ID = ../d:Leg/d:Vehicle/d:Plate)
              or d:ID = $leg/d:Vehicle/d:Plate]"/>

  <xsl:template match="/p:Prepared">
    <Manifest>
      <xsl:call-template name="head">
        <xsl:with-param name="filer" select="$carrier"/>
      </xsl:call-template>
      <Declaration>
        <DeclarationOfficeID><xsl:value-of select="$message/@national-office"/></DeclarationOfficeID>
        <ID><xsl:value-of select="$batch"/></ID>
        <xsl:call-template name="arrival"/>
        <Carrier>
          <ID><xsl:value-of select="$carrier/d:ID[@scheme = 'USCC']"/></ID>
          <Name>
            <xsl:call-template name="name">
              <xsl:with-param name="of" select="$carrier"/>
            </xsl:call-template>
          </Name>
        </Carrier>
        <BorderTransportMeans>
          <ID><xsl:value-of select="$leg/d:Vehicle[@kind = 'tractor']/d:Plate[@country = 'CN']"/></ID>
          <TypeCode><xsl:call-template name="mode"/></TypeCode>
          <xsl:apply-templates select="$leg/d:Vehicle[@kind = 'tractor']/d:TareMassMeasure"/>
          <xsl:call-template name="drivers"/>
          <xsl:apply-templates select="$leg/d:Vehicle[@kind = 'trailer']"/>
        </BorderTransportMeans>
        <xsl:apply-templates select="$equipment"/>
        <xsl:call-template name="load"/>
      </Declaration>
    </Manifest>
  </xsl:template>

  <!-- When the vehicle reaches this gate: as told since it set out, else as declared. -->
  <xsl:template name="arrival">
    <xsl:variable name="at" select="$here/@expected | $here[not(@expected)]/@at"/>
    <xsl:if test="string($at)">
      <ArrivalDateTime>
        <xsl:call-template name="digits14"><xsl:with-param name="at" select="$at"/></xsl:call-template>
      </ArrivalDateTime>
    </xsl:if>
  </xsl:template>

  <!-- Only who drives up to this gate: whoever takes over beyond it is not this office's business. -->
  <xsl:template name="drivers">
    <xsl:variable name="so-far"
        select="$leg/d:Driver[not(d:LegFromOfficeID) or d:LegFromOfficeID = $passed/@office]"/>
    <xsl:for-each select="$so-far">
      <Master>
        <ID>
          <xsl:choose>
            <xsl:when test="d:ID[@scheme = 'BORDERPASS']">
              <xsl:value-of select="d:ID[@scheme = 'BORDERPASS']"/>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="d:ID[1]"/></xsl:otherwise>
          </xsl:choose>
        </ID>
        <Name>
          <xsl:call-template name="name"><xsl:with-param name="of" select="."/></xsl:call-template>
        </Name>
      </Master>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="d:TareMassMeasure">
    <TareMassMeasure unitCode="KGM"><xsl:value-of select="."/></TareMassMeasure>
  </xsl:template>

  <xsl:template match="d:Vehicle[@kind = 'trailer']">
    <Trailer>
      <ID><xsl:value-of select="d:Plate[@country = 'CN']"/></ID>
      <xsl:if test="d:TypeCode"><TypeCode><xsl:value-of select="d:TypeCode"/></TypeCode></xsl:if>
      <xsl:apply-templates select="d:TareMassMeasure"/>
    </Trailer>
  </xsl:template>

  <!-- Seals put on under way replace the declared ones where there is one equipment only. -->
  <xsl:template match="d:TransportEquipment">
    <TransportEquipment>
      <ID><xsl:value-of select="d:ID"/></ID>
      <FullnessCode><xsl:value-of select="d:FullnessCode"/></FullnessCode>
      <xsl:if test="d:TypeCode">
        <CharacteristicCode><xsl:value-of select="d:TypeCode"/></CharacteristicCode>
      </xsl:if>
      <xsl:variable name="instead" select="$put-on[count($equipment) = 1]"/>
      <xsl:for-each select="$instead | d:Seal[not($instead)]/d:ID">
        <Seal><ID><xsl:value-of select="."/></ID></Seal>
      </xsl:for-each>
    </TransportEquipment>
  </xsl:template>

  <xsl:template name="load">
    <Consignment>
      <TotalPackageQuantity><xsl:value-of select="$totals/@packages"/></TotalPackageQuantity>
      <TotalGrossMassMeasure unitCode="KGM"><xsl:value-of select="$totals/@gross-mass"/></TotalGrossMassMeasure>
      <xsl:for-each
          select="$movement/p:Procedure[@kind = $declared-under]/p:Number[@kind = 'entry'][1]">
        <EntryID><xsl:value-of select="."/></EntryID>
      </xsl:for-each>
      <TransportContractDocument>
        <ID><xsl:value-of select="$consignment/d:TransportContract/d:ID"/></ID>
      </TransportContractDocument>
    </Consignment>
  </xsl:template>
</xsl:stylesheet>
