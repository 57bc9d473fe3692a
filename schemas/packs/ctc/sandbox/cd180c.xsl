<?xml version="1.0" encoding="UTF-8"?>
<!-- An incident: the seals broke and were replaced, or the goods went on in another vehicle. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:ncts="http://ncts.dgtaxud.ec">
  <xsl:include href="common.xsl"/>
  <xsl:param name="code">2</xsl:param>
  <xsl:param name="text">Seals broken in an accident and replaced</xsl:param>
  <xsl:param name="unlocode"/>
  <xsl:template match="/">
    <ncts:CD180C>
      <xsl:call-template name="head"><xsl:with-param name="type">CD180C</xsl:with-param></xsl:call-template>
      <TransitOperation><xsl:copy-of select="/*/TransitOperation/MRN"/></TransitOperation>
      <xsl:copy-of select="/*/CustomsOfficeOfDeparture"/>
      <CustomsOfficeOfIncidentRegistration>
        <xsl:call-template name="own"><xsl:with-param name="declared" select="/*/CustomsOfficeOfTransitDeclared"/></xsl:call-template>
      </CustomsOfficeOfIncidentRegistration>
      <Consignment>
        <Incident>
          <sequenceNumber>1</sequenceNumber>
          <code><xsl:value-of select="$code"/></code>
          <text><xsl:value-of select="$text"/></text>
          <Endorsement>
            <date><xsl:value-of select="$day"/></date>
            <authority>Customs</authority>
            <place>Inspection site</place>
            <country><xsl:value-of select="substring($office, 1, 2)"/></country>
          </Endorsement>
          <Location>
            <xsl:if test="$unlocode"><UNLocode><xsl:value-of select="$unlocode"/></UNLocode></xsl:if>
            <country><xsl:value-of select="substring($office, 1, 2)"/></country>
            <place>Inspection site</place>
          </Location>
          <xsl:if test="$code = '2'">
            <TransportEquipment>
              <sequenceNumber>1</sequenceNumber>
              <xsl:copy-of select="/*/Consignment/TransportEquipment[1]/containerIdentificationNumber"/>
              <numberOfSeals>2</numberOfSeals>
              <Seal><sequenceNumber>1</sequenceNumber><identifier>NEW SEAL 1</identifier></Seal>
              <Seal><sequenceNumber>2</sequenceNumber><identifier>NEW-SEAL-2</identifier></Seal>
            </TransportEquipment>
          </xsl:if>
          <xsl:if test="$code = '3'">
            <Transhipment>
              <containerIndicator>0</containerIndicator>
              <TransportMeans><typeOfIdentification>30</typeOfIdentification><identificationNumber>NEW 7 CAR</identificationNumber><nationality><xsl:value-of select="substring($office, 1, 2)"/></nationality></TransportMeans>
            </Transhipment>
          </xsl:if>
        </Incident>
      </Consignment>
    </ncts:CD180C>
  </xsl:template>
</xsl:stylesheet>
