<?xml version="1.0" encoding="UTF-8"?>
<!-- What all Chinese projections share: where we are, who is who, code lists, local times. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    exclude-result-prefixes="p d">

  <xsl:variable name="message" select="/p:Prepared/p:Message"/>
  <xsl:variable name="movement" select="/p:Prepared/p:Movement"/>
  <xsl:variable name="stops" select="/p:Prepared/p:Stop"/>
  <xsl:variable name="totals" select="/p:Prepared/p:Totals"/>
  <xsl:variable name="declaration" select="/p:Prepared/d:Declaration"/>
  <xsl:variable name="consignment" select="$declaration/d:Consignment"/>
  <xsl:variable name="here" select="$stops[@office = $message/@office][1]"/>
  <xsl:variable name="passed" select="$stops[@sequence &lt;= $here/@sequence]"/>

  <!-- The leg on which the goods reach this office: the last that begins here or before. -->
  <xsl:variable name="legs" select="$declaration/d:Trip[1]/d:Leg"/>
  <xsl:variable name="legs-so-far" select="$legs[d:FromOfficeID = $passed/@office]"/>
  <xsl:variable name="leg"
      select="$legs-so-far[last()] | $legs[not($legs-so-far)][1]"/>

  <xsl:variable name="batch">
    <xsl:choose>
      <xsl:when test="string(/p:Prepared/p:Trip/@batch)">
        <xsl:value-of select="/p:Prepared/p:Trip/@batch"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$declaration/d:Trip[1]/d:ID"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <xsl:variable name="parties" select="$declaration/d:Party"/>
  <xsl:variable name="exporter"
      select="$parties[@role = 'exporter'] | $parties[not(../d:Party[@role = 'exporter'])]
              [@role = 'consignor']"/>
  <xsl:variable name="agent"
      select="$parties[@role = 'broker'] | $parties[not(../d:Party[@role = 'broker'])]
              [@role = 'declarant'] | $exporter[not(../d:Party[@role = 'broker' or
              @role = 'declarant'])]"/>
  <xsl:variable name="carrier" select="$parties[@role = 'carrier']"/>
  <xsl:variable name="consignee"
      select="$parties[@role = 'consignee'] | $parties[not(../d:Party[@role = 'consignee'])]
              [@role = 'importer']"/>

  <!-- Who trades in China, and with whom: an import is lodged in the importer's name. -->
  <xsl:variable name="importing" select="starts-with($message/@type, 'DecMessage-I')"/>
  <xsl:variable name="trader" select="$exporter[not($importing)] | $consignee[$importing]"/>
  <xsl:variable name="partner" select="$consignee[not($importing)] | $exporter[$importing]"/>
  <!-- The Chinese border office: where goods leave, else where they come in. -->
  <xsl:variable name="border"
      select="$stops[@administration = 'CN' and ((@role = 'exit' and not($importing))
              or (@role = 'entry' and $importing))][1]"/>

  <!-- Chinese mode code: as declared for China, else through the list of modes. -->
  <xsl:template name="mode">
    <xsl:choose>
      <xsl:when test="$leg/d:ModeCode[@system = 'CN']">
        <xsl:value-of select="$leg/d:ModeCode[@system = 'CN']"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="mapped">
          <xsl:with-param name="list" select="'modes'"/>
          <xsl:with-param name="code" select="$leg/d:ModeCode[@system = 'UNECE']"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The administration's code; a code without one goes through as it is, for the rules to name. -->
  <xsl:key name="mapped" match="p:Entry" use="concat(../@name, ' ', @from)"/>
  <xsl:template name="mapped">
    <xsl:param name="list"/>
    <xsl:param name="code"/>
    <xsl:variable name="entry" select="key('mapped', concat($list, ' ', $code))"/>
    <xsl:choose>
      <xsl:when test="$entry"><xsl:value-of select="$entry[1]/@to"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$code"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The manifest's own type: what stands before the function code in ours (MT2401-5). -->
  <xsl:variable name="manifest-type" select="substring-before(concat($message/@type, '-'), '-')"/>
  <xsl:variable name="manifest-namespace"
      select="concat('urn:Declaration:datamodel:standard:CN:', $manifest-type, ':1')"/>

  <!-- 9 main data, 5 change request, 3 delete request. -->
  <xsl:variable name="function">
    <xsl:choose>
      <xsl:when test="contains($message/@type, '-')">
        <xsl:value-of select="substring-after($message/@type, '-')"/>
      </xsl:when>
      <xsl:otherwise>9</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <!-- The head of every manifest message, in the namespace of its type. -->
  <xsl:template name="head">
    <xsl:param name="filer"/>
    <xsl:element name="Head" namespace="{$manifest-namespace}">
      <xsl:element name="MessageID" namespace="{$manifest-namespace}">
        <xsl:value-of
            select="concat('CN_', $manifest-type, '_1p0_', $sender, '_', $own-digits)"/>
      </xsl:element>
      <xsl:element name="FunctionCode" namespace="{$manifest-namespace}">
        <xsl:value-of select="$function"/>
      </xsl:element>
      <xsl:element name="MessageType" namespace="{$manifest-namespace}">
        <xsl:value-of select="$manifest-type"/>
      </xsl:element>
      <xsl:element name="SenderID" namespace="{$manifest-namespace}">
        <xsl:value-of select="concat($sender, '_DXPESW')"/>
        <xsl:call-template name="registration">
          <xsl:with-param name="of" select="$filer"/>
        </xsl:call-template>
      </xsl:element>
      <xsl:element name="ReceiverID" namespace="{$manifest-namespace}">EPORT</xsl:element>
      <xsl:element name="SendTime" namespace="{$manifest-namespace}">
        <xsl:value-of select="$message/@compact"/>
      </xsl:element>
      <xsl:element name="Version" namespace="{$manifest-namespace}">1.0</xsl:element>
    </xsl:element>
  </xsl:template>

  <!-- Why a manifest is changed or deleted: one of the reasons 001 to 015, else 999 and the words. Of goods
       on several vehicles it bears the first one's batch number; the remark names all, for each vehicle
       comes to the gate under its own. -->
  <xsl:template name="change-reason">
    <xsl:variable name="asked"
        select="$movement/p:Happened[(@kind = 'amended' and $function = '5')
                or (@kind = 'invalidation-asked' and $function = '3')][last()]"/>
    <xsl:variable name="reason" select="string($asked/p:Fact[@name = 'reason'])"/>
    <xsl:variable name="known"
        select="/p:Prepared/p:List[@name = 'change-reasons']/p:Entry[@from = $reason]"/>
    <xsl:variable name="told"
        select="normalize-space(concat(substring($reason, 1, 35 * not($known)), ' ',
                $asked/p:Fact[@name = 'text']))"/>
    <!-- They stand for no reason that is missing. -->
    <xsl:variable name="batches">
      <xsl:for-each select="/p:Prepared/p:Trip[../p:Trip[2]][$function = '9' or ($function = '5' and ($known or $told))]">
        <xsl:value-of select="concat(@batch, ' ')"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="words" select="normalize-space(concat($batches, $told))"/>
    <xsl:if test="$function != '9' or string($batches)">
      <xsl:element name="AdditionalInformation" namespace="{$manifest-namespace}">
        <xsl:if test="$function != '9'">
          <xsl:element name="StatementCode" namespace="{$manifest-namespace}">
            <xsl:choose>
              <xsl:when test="$known"><xsl:value-of select="$known/@to"/></xsl:when>
              <xsl:otherwise>999</xsl:otherwise>
            </xsl:choose>
          </xsl:element>
        </xsl:if>
        <xsl:if test="$words">
          <xsl:element name="Content" namespace="{$manifest-namespace}">
            <xsl:value-of select="substring($words, 1, 255)"/>
          </xsl:element>
        </xsl:if>
      </xsl:element>
    </xsl:if>
  </xsl:template>

  <!-- Fourteen digits of a local ISO time. -->
  <xsl:template name="digits14">
    <xsl:param name="at"/>
    <xsl:value-of select="translate(substring($at, 1, 19), '-T:', '')"/>
  </xsl:template>

  <!-- The name a Chinese office reads first: Chinese, else English, else whatever there is. -->
  <xsl:template name="name">
    <xsl:param name="of"/>
    <xsl:choose>
      <xsl:when test="$of/d:Name[@lang = 'zh']">
        <xsl:value-of select="$of/d:Name[@lang = 'zh']"/>
      </xsl:when>
      <xsl:when test="$of/d:Name[@lang = 'en']">
        <xsl:value-of select="$of/d:Name[@lang = 'en']"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$of/d:Name[1]"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="description">
    <xsl:param name="of"/>
    <xsl:choose>
      <xsl:when test="$of/d:Description[@lang = 'zh']">
        <xsl:value-of select="$of/d:Description[@lang = 'zh']"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$of/d:Description[1]"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Thirteen capital letters and digits that name the sender in message identifiers. -->
  <xsl:variable name="sender">
    <xsl:value-of select="substring(concat(translate($message/@sender,
        'abcdefghijklmnopqrstuvwxyz_- ', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), '0000000000000'), 1, 13)"/>
  </xsl:variable>

  <!-- Seventeen digits in which no two messages are alike, made of our own id: others tell the time
       there, but what is declared in the same millisecond would be taken for a repeat. -->
  <xsl:variable name="own-id"
      select="translate(substring-after($message/@id, '_'), 'abcdef', '012345')"/>
  <xsl:variable name="own-number"
      select="concat('00000000000000000', translate($own-id, translate($own-id, '0123456789', ''), ''))"/>
  <xsl:variable name="own-digits" select="substring($own-number, string-length($own-number) - 16)"/>

  <!-- Ten digits of the signatory's customs registration; zeros where it has none. -->
  <xsl:template name="registration">
    <xsl:param name="of"/>
    <xsl:variable name="id" select="string($of/d:ID[@scheme = 'CNCUSTOMS'])"/>
    <xsl:choose>
      <xsl:when test="string-length($id) = 10 and translate($id, '0123456789', '') = ''">
        <xsl:value-of select="$id"/>
      </xsl:when>
      <xsl:otherwise>0000000000</xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
