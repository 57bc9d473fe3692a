<?xml version="1.0" encoding="UTF-8"?>
<!-- OLC, IDC, EDC declare what was registered; IDD, EDD recall a declaration to correct it, IDE, EDE
     declare the correction: each names it by its number and repeats nothing. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:p="urn:fullroute:prepared:1"
    xmlns="urn:fullroute:job:1"
    exclude-result-prefixes="p">
  <xsl:include href="common.xsl"/>

  <xsl:variable name="job" select="string($message/@type)"/>
  <xsl:variable name="correcting" select="contains(' IDD EDD IDE EDE ', concat(' ', $job, ' '))"/>
  <xsl:variable name="kind">
    <xsl:choose>
      <xsl:when test="starts-with($job, 'O')">transport</xsl:when>
      <xsl:when test="starts-with($job, 'I')">import</xsl:when>
      <xsl:otherwise>export</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="field">
    <xsl:choose>
      <xsl:when test="$kind = 'transport'">OLT</xsl:when>
      <xsl:when test="$kind = 'import'">ICN</xsl:when>
      <xsl:otherwise>ECN</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="stands" select="$movement/p:Procedure[@kind = concat('vn-', $kind)]/@state"/>

  <!-- What is released is corrected by other jobs, what is over by none. -->
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$correcting and not($stands = 'lodged' or $stands = 'accepted'
                                          or $stands = 'under-control'
                                          or $stands = 'not-released')">
        <p:Messages/>
      </xsl:when>
      <xsl:otherwise>
        <Job>
          <xsl:call-template name="header">
            <xsl:with-param name="code" select="$job"/>
          </xsl:call-template>
          <xsl:call-template name="number">
            <xsl:with-param name="name" select="string($field)"/>
            <xsl:with-param name="kind" select="string($kind)"/>
          </xsl:call-template>
        </Job>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
