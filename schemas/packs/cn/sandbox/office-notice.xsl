<?xml version="1.0" encoding="UTF-8"?>
<!-- The simulated office says something by itself: our own format, about the last message it got. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:fullroute:exchange:1:office">

  <xsl:param name="id"/>
  <xsl:param name="message-id"/>
  <xsl:param name="office"/>
  <xsl:param name="now"/>
  <xsl:param name="batch"/>
  <xsl:param name="code"/>
  <xsl:param name="control"/>
  <xsl:param name="weight"/>
  <xsl:param name="seals-state"/>
  <xsl:param name="seal"/>
  <xsl:param name="packages"/>
  <xsl:param name="gross-mass"/>
  <xsl:param name="amount"/>
  <xsl:param name="currency"/>
  <xsl:param name="incident-code"/>
  <xsl:param name="closed-from"/>
  <xsl:param name="closed-until"/>
  <xsl:param name="pointer"/>
  <xsl:param name="description"/>

  <xsl:template match="/">
    <OfficeNotice version="1">
      <MessageID><xsl:value-of select="$id"/></MessageID>
      <CorrelationID><xsl:value-of select="$message-id"/></CorrelationID>
      <OfficeID><xsl:value-of select="$office"/></OfficeID>
      <xsl:if test="string($batch)"><BatchID><xsl:value-of select="$batch"/></BatchID></xsl:if>
      <Code><xsl:value-of select="$code"/></Code>
      <xsl:if test="string($control)"><Control><xsl:value-of select="$control"/></Control></xsl:if>
      <xsl:if test="string($weight)"><Weight><xsl:value-of select="$weight"/></Weight></xsl:if>
      <xsl:if test="string($seals-state)"><SealsState><xsl:value-of select="$seals-state"/></SealsState></xsl:if>
      <xsl:if test="string($seal)"><Seal><xsl:value-of select="$seal"/></Seal></xsl:if>
      <xsl:if test="string($packages)"><PackageQuantity><xsl:value-of select="$packages"/></PackageQuantity></xsl:if>
      <xsl:if test="string($gross-mass)"><GrossMass><xsl:value-of select="$gross-mass"/></GrossMass></xsl:if>
      <xsl:if test="string($amount)"><Amount><xsl:value-of select="$amount"/></Amount></xsl:if>
      <xsl:if test="string($currency)"><Currency><xsl:value-of select="$currency"/></Currency></xsl:if>
      <xsl:if test="string($incident-code)"><IncidentCode><xsl:value-of select="$incident-code"/></IncidentCode></xsl:if>
      <xsl:if test="string($closed-from)"><ClosedFrom><xsl:value-of select="$closed-from"/></ClosedFrom></xsl:if>
      <xsl:if test="string($closed-until)"><ClosedUntil><xsl:value-of select="$closed-until"/></ClosedUntil></xsl:if>
      <xsl:if test="string($pointer)"><Pointer><xsl:value-of select="$pointer"/></Pointer></xsl:if>
      <xsl:if test="string($description)"><Description><xsl:value-of select="$description"/></Description></xsl:if>
      <OccurredDateTime><xsl:value-of select="$now"/></OccurredDateTime>
    </OfficeNotice>
  </xsl:template>
</xsl:stylesheet>
