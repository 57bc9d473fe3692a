<?xml version="1.0" encoding="UTF-8"?>
<!-- What the projections share: the header attributes, one field, days and hours, names. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns:d="urn:fullroute:declaration:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p d">

  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:variable name="message" select="/p:Prepared/p:Message"/>
  <xsl:variable name="movement" select="/p:Prepared/p:Movement"/>
  <xsl:variable name="consignment" select="/p:Prepared/d:Declaration/d:Consignment"/>
  <!-- Offices of customs on the way; other systems at the same gates are none of theirs. -->
  <xsl:variable name="stops" select="/p:Prepared/p:Stop[@administration = 'VN']"/>
  <xsl:variable name="entry" select="$stops[@role = 'entry'][1]"/>
  <!-- Where the transport ends: the destination, or the exit office of goods that go on. -->
  <xsl:variable name="destination" select="$stops[@role != 'entry'][last()]"/>
  <!-- Goods that leave: where they are declared, and the gate they leave by. -->
  <xsl:variable name="departure" select="$stops[@role = 'departure'][1]"/>
  <xsl:variable name="exit" select="$stops[@role = 'exit'][1]"/>
  <!-- The leg that runs in Viet Nam: the first that ends or begins there, else the last one. Of goods that
       leave, the one that brings them to the gate: the first that ends there or beyond. -->
  <xsl:variable name="legs" select="/p:Prepared/d:Declaration/d:Trip/d:Leg"/>
  <xsl:variable name="from-exit-on" select="/p:Prepared/p:Stop[@sequence &gt;= $exit/@sequence]
              [$message/@role = 'exit' or $message/@role = 'departure']"/>
  <xsl:variable name="leaving" select="$legs[d:ToOfficeID = $from-exit-on/@office]"/>
  <xsl:variable name="leg"
      select="$leaving[1] | ($legs[not($leaving)][starts-with(d:ToOfficeID, 'VN') or starts-with(d:FromOfficeID, 'VN')]
              | $legs[not($leaving)][last()])[1]"/>
  <xsl:variable name="modes" select="$leg/d:ModeCode"/>
  <xsl:variable name="by-rail"
      select="boolean($modes[@system = 'VN' and . = '25'] | $modes[@system = 'UNECE' and . = '2'])"/>
  <!-- A message of a type that ends in -cancel takes back what was told: UN/EDIFACT 1225 writes 1, and 5
       for what replaces. Its occasion is the last wish to cancel or to go elsewhere, of others the last
       change. -->
  <xsl:variable name="cancelling" select="contains($message/@type, '-cancel')"/>
  <xsl:variable name="change" select="5 - 4 * $cancelling"/>
  <xsl:variable name="occasion"
      select="$movement/p:Happened[@kind = 'diverted' or ($cancelling and @kind = 'invalidation-asked')
              or (not($cancelling) and (@kind = 'amended' or @kind = 'substituted' or @kind = 'incident'))]
              [last()]"/>
  <xsl:variable name="renewed" select="$movement/p:Happened[@kind = 'amended' or @kind = 'substituted']"/>
  <!-- The vehicle that goes on after an incident: the first tractor that was reported, unless a later
       declaration names another, or it happened on another leg. -->
  <xsl:variable name="leg-ends" select="/p:Prepared/p:Stop[@office = $leg/d:ToOfficeID]"/>
  <xsl:variable name="leg-begins" select="/p:Prepared/p:Stop[@office = $leg/d:FromOfficeID]"/>
  <xsl:variable name="befallen" select="/p:Prepared/p:Stop[@office = /p:Prepared/p:Trip[1]/p:Plate/@office]"/>
  <xsl:variable name="taken-over" select="/p:Prepared/p:Trip[1]/p:Plate[@kind = 'tractor'][not($legs[2])
              or not($befallen/@sequence &lt; $leg-begins/@sequence or $befallen/@sequence &gt; $leg-ends/@sequence)][1]"/>
  <xsl:variable name="reported-plate" select="string($taken-over)"/>

  <!-- Why something is changed, as it was told. -->
  <xsl:template name="reason">
    <xsl:param name="name"/>
    <xsl:variable name="words">
      <xsl:for-each select="$occasion/p:Fact[@name = 'code' or @name = 'reason' or @name = 'text'
                            or @name = 'place']">
        <xsl:value-of select="concat(., ' ')"/>
      </xsl:for-each>
    </xsl:variable>
    <!-- A longer reason is left out, never cut. -->
    <xsl:if test="string-length($words) &lt; 301">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="$name"/>
        <xsl:with-param name="value" select="$words"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Attributes of the header. user and password are filled at transport. -->
  <xsl:template name="header">
    <xsl:param name="code"/>
    <xsl:param name="part" select="1"/>
    <xsl:param name="parts" select="1"/>
    <xsl:attribute name="code"><xsl:value-of select="$code"/></xsl:attribute>
    <xsl:attribute name="time"><xsl:value-of select="substring($message/@compact, 1, 14)"/></xsl:attribute>
    <xsl:attribute name="subject"><xsl:value-of select="$movement/@lrn"/></xsl:attribute>
    <xsl:attribute name="divide"><xsl:value-of select="format-number($part, '000')"/></xsl:attribute>
    <xsl:if test="$part = $parts">
      <xsl:attribute name="end">E</xsl:attribute>
    </xsl:if>
    <xsl:attribute name="input"><xsl:value-of select="$message/@id"/></xsl:attribute>
    <xsl:attribute name="index"><xsl:value-of select="$movement/@reference"/></xsl:attribute>
  </xsl:template>

  <!-- One field; nothing where there is no value. -->
  <xsl:template name="field">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:param name="index" select="''"/>
    <xsl:if test="normalize-space($value) != ''">
      <Field name="{$name}">
        <xsl:if test="$index != ''">
          <xsl:attribute name="index"><xsl:value-of select="$index"/></xsl:attribute>
        </xsl:if>
        <xsl:value-of select="normalize-space($value)"/>
      </Field>
    </xsl:if>
  </xsl:template>

  <!-- yyyymmdd of an ISO time or day. -->
  <xsl:template name="day">
    <xsl:param name="name"/>
    <xsl:param name="at"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value" select="translate(substring($at, 1, 10), '-', '')"/>
    </xsl:call-template>
  </xsl:template>

  <!-- hh of an ISO time, in the zone it is written in. -->
  <xsl:template name="hour">
    <xsl:param name="name"/>
    <xsl:param name="at"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value" select="substring($at, 12, 2)"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The official number of a kind, or its placeholder in a dry run. -->
  <xsl:template name="number">
    <xsl:param name="name"/>
    <xsl:param name="kind"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value" select="$movement/p:Procedure/p:Number[@kind = $kind][1]"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The code the office uses for ours; ours where the list does not know it. -->
  <xsl:template name="mapped">
    <xsl:param name="name"/>
    <xsl:param name="list"/>
    <xsl:param name="code"/>
    <xsl:variable name="entry-found"
        select="/p:Prepared/p:List[@name = $list]/p:Entry[@from = $code][1]"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="$entry-found/@to != ''"><xsl:value-of select="$entry-found/@to"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="$code"/></xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Means of transport of the Vietnamese leg: the office's own code, else from Rec. 19. -->
  <xsl:template name="means">
    <xsl:param name="name"/>
    <xsl:choose>
      <xsl:when test="$leg/d:ModeCode[@system = 'VN']">
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="value" select="$leg/d:ModeCode[@system = 'VN'][1]"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="mapped">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="list" select="'means'"/>
          <xsl:with-param name="code" select="string($leg/d:ModeCode[@system = 'UNECE'][1])"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The text of a party, commodity or driver in Vietnamese, else English, else as it stands. -->
  <xsl:template name="in-vietnamese">
    <xsl:param name="name"/>
    <xsl:param name="texts"/>
    <xsl:choose>
      <xsl:when test="$texts[@lang = 'vi']">
        <xsl:call-template name="field">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="value" select="$texts[@lang = 'vi'][1]"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="in-english">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="texts" select="$texts"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="in-english">
    <xsl:param name="name"/>
    <xsl:param name="texts"/>
    <xsl:variable name="english" select="$texts[@lang = 'en'][1]"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="$name"/>
      <xsl:with-param name="value" select="$english | $texts[1][not($english)]"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Seals of one piece of equipment. Where its trip has one piece, those put on under way stand. -->
  <xsl:template name="seals">
    <xsl:param name="equipment"/>
    <xsl:variable name="trip" select="$equipment/.."/>
    <xsl:variable name="put-on"
        select="/p:Prepared/p:Trip[@batch = $trip/d:ID or not(../p:Trip[2])]
                /p:Seal[not($trip/d:TransportEquipment[2])]"/>
    <xsl:for-each select="$put-on | $equipment[not($put-on)]/d:Seal/d:ID">
      <xsl:call-template name="field">
        <xsl:with-param name="name" select="'SEL'"/>
        <xsl:with-param name="value" select="."/>
        <xsl:with-param name="index" select="position()"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <!-- The number on a piece of equipment; the plate of what carries it where it has none. -->
  <xsl:template name="equipment-number">
    <xsl:variable name="own" select="d:ID"/>
    <xsl:call-template name="field">
      <xsl:with-param name="name" select="'CNO'"/>
      <xsl:with-param name="value" select="$own | $leg/d:Vehicle[last()]/d:Plate[1][not($own)]"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Containers or wagons with their seals. -->
  <xsl:template name="equipment">
    <xsl:for-each select="/p:Prepared/d:Declaration/d:Trip/d:TransportEquipment">
      <Group name="equipment">
        <xsl:call-template name="equipment-number"/>
        <xsl:call-template name="seals">
          <xsl:with-param name="equipment" select="."/>
        </xsl:call-template>
      </Group>
    </xsl:for-each>
  </xsl:template>

  <!-- The number under which the cargo is known: transport contract, else unique reference. -->
  <xsl:variable name="cargo-number">
    <xsl:choose>
      <xsl:when test="$consignment/d:TransportContract/d:ID != ''">
        <xsl:value-of select="$consignment/d:TransportContract/d:ID"/>
      </xsl:when>
      <xsl:when test="$consignment/d:UCR != ''"><xsl:value-of select="$consignment/d:UCR"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$movement/@lrn"/></xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
</xsl:stylesheet>
