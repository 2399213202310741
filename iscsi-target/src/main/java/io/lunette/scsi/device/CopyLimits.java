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

  private CopyLimits() {}
}
