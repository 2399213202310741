/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;

/** Command descriptor blocks, as SPC-4 and SBC-3 lay them out. */
final class Cdb {

  static final int UNMAP = 0x42;
  static final int SANITIZE = 0x48;
  static final int EXTENDED_COPY = 0x83;
  static final int WRITE_SAME_16 = 0x93;

  private static final int REQUEST_SENSE = 0x03;
  private static final int INQUIRY = 0x12;
  private static final int RECEIVE_COPY_RESULTS = 0x84;
  private static final int READ_16 = 0x88;
  private static final int WRITE_16 = 0x8a;
  private static final int SYNCHRONIZE_CACHE_10 = 0x35;
  private static final int MAINTENANCE_IN = 0xa3;

  private static final int OPERATING_PARAMETERS = 3;
  private static final int REPORT_SUPPORTED_OPERATION_CODES = 0x0c;
  private static final int ONE_WITHOUT_SERVICE_ACTION = 1;
  private static final int ONE_WITH_SERVICE_ACTION = 2;
  private static final int UNMAP_BIT = 8;
  private static final int NDOB_BIT = 1;
  private static final int IMMED_BIT = 0x80;

  private Cdb() {}

  static byte[] read(long lba, int blocks) {
    return sixteen(READ_16).putLong(2, lba).putInt(10, blocks).array();
  }

  static byte[] write(long lba, int blocks) {
    return sixteen(WRITE_16).putLong(2, lba).putInt(10, blocks).array();
  }

  static byte[] writeSame(long lba, int blocks, boolean unmap, boolean noData) {
    int flags = (unmap ? UNMAP_BIT : 0) | (noData ? NDOB_BIT : 0);
    return sixteen(WRITE_SAME_16).put(1, (byte) flags).putLong(2, lba).putInt(10, blocks).array();
  }

  static byte[] unmap(int parameterBytes) {
    return ten(UNMAP).putShort(7, (short) parameterBytes).array();
  }

  /** Of everything that the unit may hold in volatile memory. */
  static byte[] synchronizeCache() {
    return ten(SYNCHRONIZE_CACHE_10).array();
  }

  /** LID1: service action 0. */
  static byte[] extendedCopy(int parameterBytes) {
    return sixteen(EXTENDED_COPY).putInt(10, parameterBytes).array();
  }

  static byte[] receiveOperatingParameters(int allocationBytes) {
    return sixteen(RECEIVE_COPY_RESULTS)
        .put(1, (byte) OPERATING_PARAMETERS)
        .putInt(10, allocationBytes)
        .array();
  }

  /** Answered before it has ended (IMMED). */
  static byte[] sanitize(int serviceAction, int parameterBytes) {
    return ten(SANITIZE)
        .put(1, (byte) (IMMED_BIT | serviceAction))
        .putShort(7, (short) parameterBytes)
        .array();
  }

  static byte[] requestSense(int allocationBytes) {
    return six(REQUEST_SENSE).put(4, (byte) allocationBytes).array();
  }

  static byte[] inquiry(int page, int allocationBytes) {
    return six(INQUIRY)
        .put(1, (byte) 1)
        .put(2, (byte) page)
        .putShort(3, (short) allocationBytes)
        .array();
  }

  /**
   * Asks whether the unit has one command.
   *
   * @param serviceAction of it, or -1 where it has none
   */
  static byte[] reportSupported(int opcode, int serviceAction, int allocationBytes) {
    boolean plain = serviceAction < 0;
    ByteBuffer cdb = ByteBuffer.allocate(12);
    return cdb.put(0, (byte) MAINTENANCE_IN)
        .put(1, (byte) REPORT_SUPPORTED_OPERATION_CODES)
        .put(2, (byte) (plain ? ONE_WITHOUT_SERVICE_ACTION : ONE_WITH_SERVICE_ACTION))
        .put(3, (byte) opcode)
        .putShort(4, (short) Math.max(0, serviceAction))
        .putInt(6, allocationBytes)
        .array();
  }

  private static ByteBuffer six(int opcode) {
    return ByteBuffer.allocate(6).put(0, (byte) opcode);
  }

  private static ByteBuffer ten(int opcode) {
    return ByteBuffer.allocate(10).put(0, (byte) opcode);
  }

  private static ByteBuffer sixteen(int opcode) {
    return ByteBuffer.allocate(16).put(0, (byte) opcode);
  }
}
