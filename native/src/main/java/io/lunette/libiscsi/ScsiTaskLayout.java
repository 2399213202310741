/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

/**
 * {@code struct scsi_task} of scsi-lowlevel.h, libiscsi 1.19, LP64: offsets of the fields that are
 * used, in the machine's byte order but for the CDB. {@link ScsiTask} checks them against a task
 * that the library made.
 *
 * <pre>
 *   0 status      4 cdb_size     8 xfer_dir    12 expxferlen
 *  16 cdb[16]
 *  32 residual_status           40 residual (size_t)
 *  48 sense: error_type, 52 key, 56 ascq
 *  64 datain: size              72 data
 *  80 mem        88 ptr         96 itt, cmdsn, lun
 * 112 iovector_in: iov, 120 niov, nalloc, 128 offset (size_t), 136 consumed
 * 144 iovector_out, alike
 * </pre>
 */
final class ScsiTaskLayout {

  static final int CDB_SIZE = 4;
  static final int XFER_DIR = 8;
  static final int EXP_XFER_LEN = 12;
  static final int CDB = 16;
  static final int CDB_BYTES = 16;
  static final int RESIDUAL_STATUS = 32;
  static final int RESIDUAL = 40;
  static final int SENSE_KEY = 52;
  static final int SENSE_ASCQ = 56;
  static final int DATAIN_SIZE = 64;
  static final int DATAIN_DATA = 72;
  static final int IOVECTOR_IN = 112;
  static final int IOVECTOR_OUT = 144;
  static final int BYTES = 176;

  /* within an iovector */
  static final int NIOV = 8;
  static final int OFFSET = 16;
  static final int CONSUMED = 24;

  /* enum scsi_xfer_dir */
  static final int XFER_NONE = 0;
  static final int XFER_READ = 1;
  static final int XFER_WRITE = 2;

  /** enum scsi_residual. */
  static final int UNDERFLOW = 1;

  private ScsiTaskLayout() {}
}
