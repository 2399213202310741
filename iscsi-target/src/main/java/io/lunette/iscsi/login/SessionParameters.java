/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.util.EnumMap;
import java.util.Map;

/** What a login agreed on. Immutable. */
public final class SessionParameters {

  private final Map<Key, String> results;

  SessionParameters(Map<Key, String> results) {
    this.results = new EnumMap<>(Key.class);
    this.results.putAll(results);
  }

  /** These for the connection, and those of a session that the connection joins. */
  public SessionParameters joining(SessionParameters session) {
    Map<Key, String> joined = new EnumMap<>(Key.class);
    results.forEach((key, value) -> put(joined, key, value, !key.isLeadingOnly()));
    session.results.forEach((key, value) -> put(joined, key, value, key.isLeadingOnly()));
    return new SessionParameters(joined);
  }

  private static void put(Map<Key, String> joined, Key key, String value, boolean wanted) {
    if (wanted) {
      joined.put(key, value);
    }
  }

  private String value(Key key) {
    return results.getOrDefault(key, key.standardDefault());
  }

  private int number(Key key) {
    return Integer.parseInt(value(key));
  }

  private boolean yes(Key key) {
    return "Yes".equals(value(key));
  }

  public boolean headerDigest() {
    return "CRC32C".equals(value(Key.HEADER_DIGEST));
  }

  public boolean dataDigest() {
    return "CRC32C".equals(value(Key.DATA_DIGEST));
  }

  public boolean initialR2t() {
    return yes(Key.INITIAL_R2T);
  }

  public boolean immediateData() {
    return yes(Key.IMMEDIATE_DATA);
  }

  /** The longest data segment that the initiator takes. */
  public int initiatorSegmentBytes() {
    return number(Key.MAX_RECV_DATA_SEGMENT_LENGTH);
  }

  /** The longest data segment that this target takes in the full-feature phase. */
  public int targetSegmentBytes() {
    return Integer.parseInt(Key.MAX_RECV_DATA_SEGMENT_LENGTH.offer());
  }

  public int maxBurstBytes() {
    return number(Key.MAX_BURST_LENGTH);
  }

  public int firstBurstBytes() {
    return Math.min(number(Key.FIRST_BURST_LENGTH), maxBurstBytes());
  }

  public int maxOutstandingR2t() {
    return number(Key.MAX_OUTSTANDING_R2T);
  }

  public int defaultTime2Wait() {
    return number(Key.DEFAULT_TIME_2_WAIT);
  }
}
