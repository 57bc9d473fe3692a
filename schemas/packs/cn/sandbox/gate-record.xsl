<?xml version="1.0" encoding="UTF-8"?>
<!-- What the gate reads when the vehicle comes that a confirmation told of, or what customs tell the gate. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:o="urn:Declaration:datamodel:standard:CN:MT4402:1"
    xmlns:i="urn:Declaration:datamodel:standard:CN:MT4401:1"
    xmlns="urn:fullroute:packs:cn:gate"
    exclude-result-prefixes="o i">

  <xsl:param name="message-id"/>
  <xsl:param name="compact"/>
  <xsl:param name="record"/>

  <xsl:template match="/o:Manifest | /i:Manifest">
    <xsl:variable name="declared" select="o:Declaration | i:Declaration"/>
    <xsl:variable name="means" select="$declared/o:BorderTransportMeans | $declared/i:BorderTransportMeans"/>
    <xsl:variable name="equipment" select="$declared/o:TransportEquipment | $declared/i:TransportEquipment"/>
    <xsl:variable name="tare" select="$means//o:TareMassMeasure | $means//i:TareMassMeasure"/>
    <xsl:variable name="mass" select="$declared//o:TotalGrossMassMeasure | $declared//i:TotalGrossMassMeasure"/>
    <GateRecord>
      <MessageType><xsl:value-of select="$record"/></MessageType>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      <Time><xsl:value-of select="substring($compact, 1, 14)"/></Time>
      <xsl:if test="$record = '81'"><Area>YYG</Area></xsl:if>
      <Lane>3</Lane>
      <IEFlag><xsl:value-of select="substring('EI', 1 + boolean(/i:Manifest), 1)"/></IEFlag>
      <xsl:if test="$record = '81'"><CaptureMode>auto</CaptureMode></xsl:if>
      <Plate><xsl:value-of select="$means/o:ID | $means/i:ID"/></Plate>
      <xsl:if test="$record = '81'">
        <ContainerID><xsl:value-of select="$equipment[1]/o:ID | $equipment[1]/i:ID"/></ContainerID>
        <xsl:for-each select="($equipment/o:Seal/o:ID | $equipment/i:Seal/i:ID)[starts-with(., 'ES')][1]">
          <ElectronicSealID><xsl:value-of select="."/></ElectronicSealID>
        </xsl:for-each>
        <DeclaredWeight unitCode="KGM"><xsl:value-of select="sum($tare) + $mass"/></DeclaredWeight>
        <WeighedWeight unitCode="KGM"><xsl:value-of select="round(sum($tare) + $mass + 40)"/></WeighedWeight>
        <BatchID><xsl:value-of select="$declared/o:ID | $declared/i:ID"/></BatchID>
      </xsl:if>
      <Result>y</Result>
      <xsl:if test="$record = '82'"><Instruction>抬杆放行</Instruction></xsl:if>
    </GateRecord>
  </xsl:template>
</xsl:stylesheet>
