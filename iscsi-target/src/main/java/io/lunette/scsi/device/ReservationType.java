/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/** Persistent reservation types (SPC-4 §6.14.3.4). */
public enum ReservationType {
  WRITE_EXCLUSIVE(1, false, false, false),
  EXCLUSIVE_ACCESS(3, true, false, false),
  WRITE_EXCLUSIVE_REGISTRANTS_ONLY(5, false, true, false),
  EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(6, true, true, false),
  WRITE_EXCLUSIVE_ALL_REGISTRANTS(7, false, true, true),
  EXCLUSIVE_ACCESS_ALL_REGISTRANTS(8, true, true, true);

  private final int code;
  private final boolean excludesReads;
  private final boolean admitsRegistrants;
  private final boolean heldByAll;

  ReservationType(int code, boolean excludesReads, boolean admitsRegistrants, boolean heldByAll) {
    this.code = code;
    this.excludesReads = excludesReads;
    this.admitsRegistrants = admitsRegistrants;
    this.heldByAll = heldByAll;
  }

  /** The type with this code; null if there is none. */
  public static ReservationType find(int code) {
    for (ReservationType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }

  public int code() {
    return code;
  }

  boolean excludesReads() {
    return excludesReads;
  }

  boolean admitsRegistrants() {
    return admitsRegistrants;
  }

  /** Whether every registrant holds the reservation. */
  public boolean heldByAll() {
    return heldByAll;
  }
}
