<?xml version="1.0" encoding="UTF-8"?>
<!-- TOR again: replace the reported departure of a vehicle, or cancel it. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p">
  <xsl:import href="tor.xsl"/>

  <xsl:variable name="function" select="$change"/>
  <!-- As long as the vehicle was reported and the gate has not let it through. -->
  <xsl:variable name="due"
      select="$movement/p:Happened[@kind = 'departed'] and not($movement/p:Happened[@kind = 'exited'])"/>
</xsl:stylesheet>
