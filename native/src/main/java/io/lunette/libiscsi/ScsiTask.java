/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import com.sun.jna.Pointer;
import io.lunette.libiscsi.ScsiFailure.Sense;
import io.lunette.platform.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * One {@code scsi_task} that is used again and again, with the one vector that names its data
 * buffer: a command costs no allocation on our side, and its data goes between the socket and the
 * buffer without a copy.
 *
 * <p>Owned by the thread of its session. Between hand-over and completion the library owns the
 * task, the vector and the buffer.
 */
final class ScsiTask implements AutoCloseable {

  private static final int IOVEC_BYTES = 2 * Long.BYTES;

  private final ByteBuffer data;
  private final long dataAddress;
  private final ByteBuffer vector =
      ByteBuffer.allocateDirect(IOVEC_BYTES).order(ByteOrder.nativeOrder());
  private final long vectorAddress = LibC.addressOf(vector);

  private long address;
  private ByteBuffer fields;
  private ByteBuffer cdb;

  /**
   * A task for commands that move at most what the buffer holds.
   *
   * @param data direct, used from its first byte on
   */
  ScsiTask(ByteBuffer data) {
    this.data = data;
    this.dataAddress = LibC.addressOf(data);
    create();
  }

  private void create() {
    address = LibIscsi.scsi_create_task(ScsiTaskLayout.CDB_BYTES, vectorAddress, 1, 2);
    if (address == 0) {
      throw new OutOfMemoryError("scsi_create_task");
    }
    fields =
        new Pointer(address).getByteBuffer(0, ScsiTaskLayout.BYTES).order(ByteOrder.nativeOrder());
    cdb = fields.slice(ScsiTaskLayout.CDB, ScsiTaskLayout.CDB_BYTES).order(ByteOrder.BIG_ENDIAN);
    LibIscsi.scsi_task_set_iov_in(address, vectorAddress, 1);
    requireLayout();
  }

  /** The fields are where {@link ScsiTaskLayout} has them, or nothing is safe. */
  private void requireLayout() {
    boolean as119 =
        fields.getInt(ScsiTaskLayout.CDB_SIZE) == ScsiTaskLayout.CDB_BYTES
            && fields.getInt(ScsiTaskLayout.XFER_DIR) == 1
            && fields.getInt(ScsiTaskLayout.EXP_XFER_LEN) == 2
            && fields.getLong(ScsiTaskLayout.IOVECTOR_IN) == vectorAddress
            && fields.getInt(ScsiTaskLayout.IOVECTOR_IN + ScsiTaskLayout.NIOV) == 1;
    if (!as119) {
      throw new UnsatisfiedLinkError(LibIscsi.SONAME + " is not the one of libiscsi 1.19");
    }
  }

  long address() {
    return address;
  }

  ByteBuffer data() {
    return data;
  }

  /** Empties the task for a command of that many CDB bytes and returns the zeroed CDB. */
  ByteBuffer prepare(int cdbBytes, int transferDirection, int transferBytes) {
    if (transferBytes > data.capacity()) {
      throw new IllegalArgumentException(transferBytes + " bytes for " + data.capacity());
    }
    cdb.putLong(0, 0).putLong(Long.BYTES, 0);
    fields.putInt(ScsiTaskLayout.CDB_SIZE, cdbBytes);
    fields.putInt(ScsiTaskLayout.XFER_DIR, transferDirection);
    fields.putInt(ScsiTaskLayout.EXP_XFER_LEN, transferBytes);
    fields.putInt(ScsiTaskLayout.RESIDUAL_STATUS, 0);
    fields.putLong(ScsiTaskLayout.RESIDUAL, 0);
    vector.putLong(0, dataAddress).putLong(Long.BYTES, transferBytes);
    bind(
        ScsiTaskLayout.IOVECTOR_IN,
        transferBytes > 0 && transferDirection == ScsiTaskLayout.XFER_READ);
    bind(
        ScsiTaskLayout.IOVECTOR_OUT,
        transferBytes > 0 && transferDirection == ScsiTaskLayout.XFER_WRITE);
    return cdb;
  }

  private void bind(int iovector, boolean used) {
    fields.putLong(iovector, used ? vectorAddress : 0);
    fields.putInt(iovector + ScsiTaskLayout.NIOV, used ? 1 : 0);
    fields.putLong(iovector + ScsiTaskLayout.OFFSET, 0);
    fields.putInt(iovector + ScsiTaskLayout.CONSUMED, 0);
  }

  /** Whether all of the data was moved: no residual (RFC 7143 §11.4.5). */
  boolean isWhole() {
    return fields.getInt(ScsiTaskLayout.RESIDUAL_STATUS) == 0;
  }

  /** Whether the target had less data, or took less, than the command was for. */
  boolean isShort() {
    return fields.getInt(ScsiTaskLayout.RESIDUAL_STATUS) == ScsiTaskLayout.UNDERFLOW;
  }

  int transferredBytes() {
    int expected = fields.getInt(ScsiTaskLayout.EXP_XFER_LEN);
    return isShort()
        ? Math.max(0, expected - (int) fields.getLong(ScsiTaskLayout.RESIDUAL))
        : expected;
  }

  /** What the library noted when the command ended with that status. */
  ScsiFailure failure(int status, String message) {
    Optional<Sense> sense = Optional.empty();
    if (status == LibIscsi.SCSI_STATUS_CHECK_CONDITION) {
      int ascq = fields.getInt(ScsiTaskLayout.SENSE_ASCQ);
      sense =
          Optional.of(new Sense(fields.getInt(ScsiTaskLayout.SENSE_KEY), ascq >> 8, ascq & 0xff));
    }
    return new ScsiFailure(status, sense, fields.getLong(ScsiTaskLayout.RESIDUAL), message);
  }

  /** Begins anew after a command that failed: sense data hangs on the old task. */
  void renew() {
    close();
    create();
  }

  @Override
  public void close() {
    LibIscsi.scsi_free_scsi_task(address);
    address = 0;
  }
}
