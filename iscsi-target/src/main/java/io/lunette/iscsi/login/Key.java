/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The keys that are not those of identity or CHAP (RFC 7143 §13) in one table: how the result comes
 * about, the standard's default and range, and what this target offers.
 */
public enum Key {
  HEADER_DIGEST("HeaderDigest", Function.LIST, "None", "CRC32C,None"),
  DATA_DIGEST("DataDigest", Function.LIST, "None", "CRC32C,None"),
  MAX_CONNECTIONS("MaxConnections", Function.MIN, 1, 1, 65_535, 1, true),
  INITIAL_R2T("InitialR2T", Function.OR, "Yes", "No"),
  IMMEDIATE_DATA("ImmediateData", Function.AND, "Yes", "Yes"),
  MAX_RECV_DATA_SEGMENT_LENGTH(
      "MaxRecvDataSegmentLength", Function.DECLARATIVE, 8192, 512, 16_777_215, 1 << 20, false),
  MAX_BURST_LENGTH("MaxBurstLength", Function.MIN, 262_144, 512, 16_777_215, 4 << 20, true),
  FIRST_BURST_LENGTH("FirstBurstLength", Function.MIN, 65_536, 512, 16_777_215, 256 << 10, true),
  DEFAULT_TIME_2_WAIT("DefaultTime2Wait", Function.MAX, 2, 0, 3600, 2, false),
  DEFAULT_TIME_2_RETAIN("DefaultTime2Retain", Function.MIN, 20, 0, 3600, 0, false),
  MAX_OUTSTANDING_R2T("MaxOutstandingR2T", Function.MIN, 1, 1, 65_535, 8, true),
  DATA_PDU_IN_ORDER("DataPDUInOrder", Function.OR, "Yes", "Yes"),
  DATA_SEQUENCE_IN_ORDER("DataSequenceInOrder", Function.OR, "Yes", "Yes"),
  ERROR_RECOVERY_LEVEL("ErrorRecoveryLevel", Function.MIN, 0, 0, 2, 0, false),
  PROTOCOL_LEVEL("iSCSIProtocolLevel", Function.MIN, 1, 0, 31, 1, false),
  TASK_REPORTING("TaskReporting", Function.LIST, "RFC3720", "RFC3720"),
  INITIATOR_ALIAS("InitiatorAlias", Function.INFORMATION),
  NODE_ARCHITECTURE("X#NodeArchitecture", Function.INFORMATION),
  AUTH_METHOD("AuthMethod", Function.REJECTED),
  SEND_TARGETS("SendTargets", Function.REJECTED),
  TARGET_ALIAS("TargetAlias", Function.REJECTED),
  TARGET_ADDRESS("TargetAddress", Function.REJECTED),
  TARGET_PORTAL_GROUP_TAG("TargetPortalGroupTag", Function.REJECTED),
  IF_MARKER("IFMarker", Function.REJECTED),
  OF_MARKER("OFMarker", Function.REJECTED),
  IF_MARK_INT("IFMarkInt", Function.REJECTED),
  OF_MARK_INT("OFMarkInt", Function.REJECTED);

  /** How two offers become a result (RFC 7143 §6.2). */
  enum Function {
    LIST,
    AND,
    OR,
    MIN,
    MAX,
    DECLARATIVE,
    /** Declared by the initiator; changes nothing, and is not answered. */
    INFORMATION,
    /**
     * Not to be negotiated here: obsolete (RFC 7143 §13.26), the target's to declare, or of another
     * stage.
     */
    REJECTED
  }

  private static final Map<String, Key> BY_NAME = byName();

  private final String text;
  private final Function function;
  private final String standardDefault;
  private final String offer;
  private final int least;
  private final int most;
  private final boolean irrelevantInDiscovery;

  Key(String text, Function function, String standardDefault, String offer) {
    this.text = text;
    this.function = function;
    this.standardDefault = standardDefault;
    this.offer = offer;
    this.least = 0;
    this.most = 0;
    this.irrelevantInDiscovery = function == Function.AND || function == Function.OR;
  }

  Key(String text, Function function) {
    this(text, function, "", "");
  }

  Key(
      String text,
      Function function,
      int standardDefault,
      int least,
      int most,
      int offer,
      boolean irrelevantInDiscovery) {
    this.text = text;
    this.function = function;
    this.standardDefault = Integer.toString(standardDefault);
    this.offer = Integer.toString(offer);
    this.least = least;
    this.most = most;
    this.irrelevantInDiscovery = irrelevantInDiscovery;
  }

  private static Map<String, Key> byName() {
    Map<String, Key> keys = new HashMap<>();
    for (Key key : values()) {
      keys.put(key.text, key);
    }
    return Map.copyOf(keys);
  }

  /** The key of this name, or null. */
  public static Key find(String name) {
    return BY_NAME.get(name);
  }

  /** Its name on the wire. */
  public String text() {
    return text;
  }

  String standardDefault() {
    return standardDefault;
  }

  String offer() {
    return offer;
  }

  /** Whether what an initiator says is taken without an answer. */
  boolean isDeclarative() {
    return function == Function.DECLARATIVE || function == Function.INFORMATION;
  }

  /** Agreed on by the first login of a session, for all of it (LO in RFC 7143 §13). */
  boolean isLeadingOnly() {
    return this != HEADER_DIGEST
        && this != DATA_DIGEST
        && this != MAX_RECV_DATA_SEGMENT_LENGTH
        && function != Function.INFORMATION
        && function != Function.REJECTED;
  }

  /**
   * Leading session keys that discovery answers with Irrelevant: those for which RFC 7143 §13 says
   * so. open-iscsi gives up on a target that answers another, such as ErrorRecoveryLevel, that way.
   */
  boolean irrelevantInDiscovery() {
    return irrelevantInDiscovery;
  }

  /**
   * The result of the negotiation, which is also the answer unless the key is declarative; null if
   * the value is illegal or nothing in it can be had.
   */
  String result(String theirs) {
    switch (function) {
      case REJECTED:
        return null;
      case INFORMATION:
        return theirs;
      case LIST:
        for (String each : theirs.split(",", -1)) {
          if (("," + offer + ",").contains("," + each + ",")) {
            return each;
          }
        }
        return null;
      case AND:
      case OR:
        if (!"Yes".equals(theirs) && !"No".equals(theirs)) {
          return null;
        }
        boolean yes =
            function == Function.AND
                ? "Yes".equals(theirs) && "Yes".equals(offer)
                : "Yes".equals(theirs) || "Yes".equals(offer);
        return yes ? "Yes" : "No";
      default:
        return number(theirs);
    }
  }

  private String number(String theirs) {
    OptionalLong parsed = Numeral.parse(theirs);
    if (parsed.isEmpty() || parsed.getAsLong() < least || parsed.getAsLong() > most) {
      return null;
    }
    long value = parsed.getAsLong();
    int ours = Integer.parseInt(offer);
    return Long.toString(
        switch (function) {
          case MIN -> Math.min(value, ours);
          case MAX -> Math.max(value, ours);
          default -> value;
        });
  }
}
