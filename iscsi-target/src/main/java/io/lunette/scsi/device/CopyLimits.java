/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * What third-party copy commands may ask of a unit; reported by VPD page 8Fh (SPC-4 §7.8.17) and
 * RECEIVE COPY OPERATING PARAMETERS, and enforced.
 */
public final class CopyLimits {

  /** CSCD descriptors of one EXTENDED COPY. */
  public static final int CSCD_DESCRIPTORS = 64;

  /** Segment descriptors of one EXTENDED COPY. */
  public static final int SEGMENT_DESCRIPTORS = 64;

  /** Bytes of both lists together. */
  public static final int DESCRIPTOR_LIST_BYTES = CSCD_DESCRIPTORS * 32 + SEGMENT_DESCRIPTORS * 28;

  /** Longest segment: as many blocks as its descriptor can count, of the largest block. */
  public static final int SEGMENT_BYTES = 256 << 20;

  /** Every segment is a multiple of two to this power. */
  public static final int GRANULARITY_LOG_2 = 9;

  /** Copy operations of all nexuses together; one more is answered with BUSY. */
  public static final int CONCURRENT_PER_UNIT = 64;

  /** Copy operations of one nexus; one more is answered with BUSY. */
  public static final int CONCURRENT_PER_NEXUS = 16;

  /** Ranges of one POPULATE TOKEN or WRITE USING TOKEN. */
  public static final int TOKEN_RANGES = 64;

  /** Most bytes that a ROD token represents. */
  public static final long TOKEN_BYTES = 1L << 40;

  /** How long a token stays valid that nobody uses, if the initiator does not say. */
  public static final int DEFAULT_INACTIVITY_SECONDS = 60;

  /** Most that an initiator may say. */
  public static final int LONGEST_INACTIVITY_SECONDS = 600;

  /** How long a token stays valid, however much it is used. */
  public static final int TOKEN_LIFETIME_SECONDS = 3600;

  private CopyLimits() {}

  /** Most blocks of all ranges of a token command together. */
  public static long tokenBlocks(LogicalUnit unit) {
    return TOKEN_BYTES / unit.blockBytes();
  }
}
