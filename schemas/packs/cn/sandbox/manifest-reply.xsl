<?xml version="1.0" encoding="UTF-8"?>
<!-- A simulated office's reply to a manifest message of any type and function. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <xsl:param name="message-id"/>
  <xsl:param name="compact"/>
  <xsl:param name="code"/>
  <xsl:param name="statement"/>
  <xsl:param name="description"/>
  <xsl:param name="pointer"/>

  <xsl:variable name="received" select="/*"/>
  <xsl:variable name="head" select="$received/*[local-name() = 'Head']"/>
  <xsl:variable name="type" select="$head/*[local-name() = 'MessageType']"/>
  <xsl:variable name="function" select="$head/*[local-name() = 'FunctionCode']"/>
  <xsl:variable name="namespace" select="namespace-uri($received)"/>

  <xsl:template match="/*[local-name() = 'Manifest']">
    <xsl:element name="Manifest" namespace="{$namespace}">
      <xsl:element name="Head" namespace="{$namespace}">
        <xsl:element name="MessageID" namespace="{$namespace}">
          <xsl:value-of select="concat('CN_', $type, '_1p0_EPORT00000000_', $compact)"/>
        </xsl:element>
        <xsl:element name="FunctionCode" namespace="{$namespace}">11</xsl:element>
        <xsl:element name="MessageType" namespace="{$namespace}"><xsl:value-of select="$type"/></xsl:element>
        <xsl:element name="SenderID" namespace="{$namespace}">EPORT</xsl:element>
        <xsl:element name="ReceiverID" namespace="{$namespace}">
          <xsl:value-of select="$head/*[local-name() = 'SenderID']"/>
        </xsl:element>
        <xsl:element name="SendTime" namespace="{$namespace}"><xsl:value-of select="$compact"/></xsl:element>
        <xsl:element name="Version" namespace="{$namespace}">1.0</xsl:element>
        <xsl:element name="CorrelationID" namespace="{$namespace}">
          <xsl:value-of select="$message-id"/>
        </xsl:element>
      </xsl:element>
      <xsl:element name="Response" namespace="{$namespace}">
        <xsl:element name="MessageID" namespace="{$namespace}">
          <xsl:value-of select="$head/*[local-name() = 'MessageID']"/>
        </xsl:element>
        <xsl:element name="DeclarationID" namespace="{$namespace}">
          <xsl:value-of select="$received/*[local-name() = 'Declaration']/*[local-name() = 'ID']"/>
        </xsl:element>
        <xsl:if test="$function != '9'">
          <xsl:element name="RequestFunctionCode" namespace="{$namespace}">
            <xsl:value-of select="$function"/>
          </xsl:element>
        </xsl:if>
        <xsl:element name="Code" namespace="{$namespace}"><xsl:value-of select="$code"/></xsl:element>
        <xsl:element name="StatementCode" namespace="{$namespace}"><xsl:value-of select="$statement"/></xsl:element>
        <xsl:if test="string($description)">
          <xsl:element name="StatementDescription" namespace="{$namespace}">
            <xsl:value-of select="$description"/>
          </xsl:element>
        </xsl:if>
        <xsl:if test="string($pointer)">
          <xsl:element name="Pointer" namespace="{$namespace}"><xsl:value-of select="$pointer"/></xsl:element>
        </xsl:if>
        <xsl:element name="OccurredDateTime" namespace="{$namespace}">
          <xsl:value-of select="substring($compact, 1, 14)"/>
        </xsl:element>
      </xsl:element>
    </xsl:element>
  </xsl:template>
</xsl:stylesheet>
