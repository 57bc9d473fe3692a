<?xml version="1.0" encoding="UTF-8"?>
<!-- MT2401 and MT1401 with function 3: the manifest of this batch shall be deleted, and why. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    exclude-result-prefixes="p d">

  <xsl:include href="common.xsl"/>

  <!-- Who filed it asks: the carrier what comes in, the agent what goes out. -->
  <xsl:variable name="filer"
      select="$carrier[$manifest-type = 'MT1401'] | $agent[$manifest-type != 'MT1401']"/>

  <xsl:template match="/p:Prepared">
    <xsl:element name="Manifest" namespace="{$manifest-namespace}">
      <xsl:call-template name="head">
        <xsl:with-param name="filer" select="$filer"/>
      </xsl:call-template>
      <xsl:element name="Declaration" namespace="{$manifest-namespace}">
        <xsl:element name="DeclarationOfficeID" namespace="{$manifest-namespace}">
          <xsl:value-of select="$message/@national-office"/>
        </xsl:element>
        <xsl:element name="ID" namespace="{$manifest-namespace}">
          <xsl:value-of select="$batch"/>
        </xsl:element>
        <xsl:call-template name="change-reason"/>
        <xsl:element name="Consignment" namespace="{$manifest-namespace}">
          <xsl:element name="TransportContractDocument" namespace="{$manifest-namespace}">
            <xsl:element name="ID" namespace="{$manifest-namespace}">
              <xsl:value-of select="$consignment/d:TransportContract/d:ID"/>
            </xsl:element>
          </xsl:element>
        </xsl:element>
      </xsl:element>
    </xsl:element>
  </xsl:template>
</xsl:stylesheet>
