<?xml version="1.0" encoding="UTF-8"?>
<!-- What befell the goods so far, the newest last; a message has room for nine. Seals and plates are told as
     words, apart by commas or else by spaces; a plate may begin with its country and a colon. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:p="urn:fullroute:prepared:1"
  xmlns:d="urn:fullroute:declaration:1" xmlns:exslt="http://exslt.org/common" exclude-result-prefixes="p d exslt">
  <xsl:template name="incidents">
    <xsl:for-each select="$movement/p:Happened[@kind = 'incident'][position() &gt; last() - 9]">
      <Incident>
        <sequenceNumber><xsl:value-of select="position()"/></sequenceNumber>
        <code><xsl:value-of select="p:Fact[@name = 'code']"/></code>
        <text><xsl:value-of select="p:Fact[@name = 'text']"/></text>
        <xsl:if test="p:Fact[@name = 'endorsed-by']">
          <Endorsement>
            <date><xsl:value-of select="p:Fact[@name = 'endorsed-on']"/></date>
            <authority><xsl:value-of select="p:Fact[@name = 'endorsed-by']"/></authority>
            <place><xsl:value-of select="p:Fact[@name = 'endorsed-at']"/></place>
            <country><xsl:value-of select="p:Fact[@name = 'endorsed-in']"/></country>
          </Endorsement>
        </xsl:if>
        <xsl:call-template name="happened-at"/>
        <xsl:call-template name="resealed"/>
        <xsl:call-template name="reloaded"/>
      </Incident>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="happened-at">
    <Location>
      <xsl:for-each select="p:Fact[@name = 'unlocode']"><UNLocode><xsl:value-of select="."/></UNLocode></xsl:for-each>
      <country><xsl:value-of select="p:Fact[@name = 'country']"/></country>
      <xsl:for-each select="p:Fact[@name = 'place']"><place><xsl:value-of select="."/></place></xsl:for-each>
    </Location>
  </xsl:template>

  <xsl:template name="resealed">
    <xsl:if test="p:Fact[@name = 'seals' or @name = 'equipment']">
      <xsl:variable name="seals">
        <xsl:call-template name="words">
          <xsl:with-param name="text" select="p:Fact[@name = 'seals']"/>
          <xsl:with-param name="as">Seal</xsl:with-param>
        </xsl:call-template>
      </xsl:variable>
      <TransportEquipment>
        <sequenceNumber>1</sequenceNumber>
        <xsl:for-each select="p:Fact[@name = 'equipment']"><containerIdentificationNumber><xsl:value-of select="."/></containerIdentificationNumber></xsl:for-each>
        <numberOfSeals><xsl:value-of select="count(exslt:node-set($seals)/*)"/></numberOfSeals>
        <xsl:copy-of select="$seals"/>
      </TransportEquipment>
    </xsl:if>
  </xsl:template>

  <xsl:template name="reloaded">
    <xsl:if test="p:Fact[@name = 'plates']">
      <Transhipment>
        <containerIndicator><xsl:value-of select="number(boolean(/p:Prepared/d:Declaration/d:Trip/d:TransportEquipment/d:ID))"/></containerIndicator>
        <xsl:call-template name="words">
          <xsl:with-param name="text" select="p:Fact[@name = 'plates']"/>
          <xsl:with-param name="as">TransportMeans</xsl:with-param>
        </xsl:call-template>
      </Transhipment>
    </xsl:if>
  </xsl:template>

  <!-- One element for each word of a text. -->
  <xsl:template name="words">
    <xsl:param name="text"/>
    <xsl:param name="as"/>
    <xsl:param name="apart"><xsl:choose><xsl:when test="contains($text, ',')">,</xsl:when><xsl:otherwise><xsl:text> </xsl:text></xsl:otherwise></xsl:choose></xsl:param>
    <xsl:param name="place" select="1"/>
    <xsl:variable name="word" select="normalize-space(substring-before(concat($text, $apart), $apart))"/>
    <xsl:if test="$word and $as = 'Seal'">
      <Seal><sequenceNumber><xsl:value-of select="$place"/></sequenceNumber><identifier><xsl:value-of select="$word"/></identifier></Seal>
    </xsl:if>
    <xsl:if test="$word and $as != 'Seal'"><xsl:call-template name="vehicle"><xsl:with-param name="word" select="$word"/></xsl:call-template></xsl:if>
    <xsl:if test="contains($text, $apart)">
      <xsl:call-template name="words">
        <xsl:with-param name="text" select="substring-after($text, $apart)"/>
        <xsl:with-param name="as" select="$as"/>
        <xsl:with-param name="apart" select="$apart"/>
        <xsl:with-param name="place" select="$place + number(boolean($word))"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="vehicle">
    <xsl:param name="word"/>
    <TransportMeans>
      <typeOfIdentification>30</typeOfIdentification>
      <xsl:choose>
        <xsl:when test="substring($word, 3, 1) = ':'">
          <identificationNumber><xsl:value-of select="substring($word, 4)"/></identificationNumber>
          <nationality><xsl:value-of select="substring($word, 1, 2)"/></nationality>
        </xsl:when>
        <xsl:otherwise><identificationNumber><xsl:value-of select="$word"/></identificationNumber></xsl:otherwise>
      </xsl:choose>
    </TransportMeans>
  </xsl:template>
</xsl:stylesheet>
