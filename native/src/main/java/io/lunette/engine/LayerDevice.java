/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBufferPool;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.journal.BlockSums;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The device as layers have it: what one with a key writes is enciphered on its way, and what is
 * read of it deciphered. Whoever calls holds the key open ({@link KeyUse}); null stands for none.
 *
 * <p>A write that finds no space on the file system is tried again when {@link PoolTrim} has made
 * room.
 *
 * <p>Buffers that are written are only read here: what goes to the device lies in buffers of the
 * pool's own. One for a pool; thread-safe.
 */
final class LayerDevice {

  /** The most that goes to the device at once. */
  static final int PIECE_BYTES = 256 << 10;

  /** As many as there are threads that have use for one at a time, and some. */
  private static final int KEPT = 16;

  /** What threads of the pool gather and encipher pieces in. */
  final AlignedBufferPool buffers = new AlignedBufferPool(PIECE_BYTES, KEPT);

  private final RawDevice device;
  private final PoolTrim trim;

  LayerDevice(RawDevice device, PoolTrim trim) {
    this.device = device;
    this.trim = trim;
  }

  /** Fills the buffer. */
  void read(DataKey key, long offset, ByteBuffer target) throws IOException {
    device.read(offset, target);
    if (key != null) {
      key.cipher().decrypt(offset, target);
    }
  }

  /** {@link RawDevice#readAtOnce}. */
  boolean readAtOnce(DataKey key, long offset, ByteBuffer target) throws IOException {
    boolean read = device.readAtOnce(offset, target);
    if (read && key != null) {
      key.cipher().decrypt(offset, target);
    }
    return read;
  }

  /** Writes the buffer. */
  void write(DataKey key, long offset, ByteBuffer source) throws IOException {
    if (key == null) {
      boolean ignored = writeWhole(offset, source);
    } else {
      boolean ignored = enciphered(key, offset, source, this::writeWhole);
    }
  }

  /** {@link #write} of whole blocks, which adds what the device then holds to the sums. */
  void writeSummed(DataKey key, long offset, ByteBuffer source, BlockSums sums) throws IOException {
    PieceWriter writer =
        (at, piece) -> {
          sums.add(at, piece);
          return writeWhole(at, piece);
        };
    boolean ignored =
        key == null ? writer.write(offset, source) : enciphered(key, offset, source, writer);
  }

  private boolean writeWhole(long offset, ByteBuffer source) throws IOException {
    while (true) {
      long seen = trim.turns();
      try {
        device.write(offset, source);
        return true;
      } catch (DeviceException e) {
        if (!e.isNoSpace() || !trim.makeRoom(seen)) {
          throw e;
        }
      }
    }
  }

  /** {@link RawDevice#writesAtOnce}. */
  boolean writesAtOnce() {
    return device.writesAtOnce();
  }

  /** {@link RawDevice#writeAtOnce}. */
  boolean writeAtOnce(DataKey key, long offset, ByteBuffer source) throws IOException {
    return key == null
        ? device.writeAtOnce(offset, source)
        : enciphered(key, offset, source, device::writeAtOnce);
  }

  /** {@link RawDevice#writeDurably}. */
  void writeDurably(DataKey key, long offset, ByteBuffer source) throws IOException {
    if (key == null) {
      device.writeDurably(offset, source);
    } else {
      boolean ignored = enciphered(key, offset, source, this::writePieceDurably);
    }
  }

  private boolean writePieceDurably(long offset, ByteBuffer piece) throws IOException {
    device.writeDurably(offset, piece);
    return true;
  }

  private interface PieceWriter {
    /** Whether it was written. */
    boolean write(long offset, ByteBuffer piece) throws IOException;
  }

  /** Writes a piece after the other; ends with the first that is not written. */
  private boolean enciphered(DataKey key, long offset, ByteBuffer source, PieceWriter writer)
      throws IOException {
    ByteBuffer buffer = buffers.take();
    try {
      int length = source.remaining();
      if (length <= PIECE_BYTES) {
        key.cipher().encrypt(offset, source, buffer.clear());
        return writer.write(offset, buffer.limit(length));
      }
      boolean written = true;
      for (int at = 0; at < length && written; at += PIECE_BYTES) {
        int bytes = Math.min(PIECE_BYTES, length - at);
        ByteBuffer piece = source.slice(source.position() + at, bytes);
        key.cipher().encrypt(offset + at, piece, buffer.clear());
        written = writer.write(offset + at, buffer.limit(bytes));
      }
      return written;
    } finally {
      buffers.give(buffer);
    }
  }
}
