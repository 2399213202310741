/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;

/** The journal's place on the device, addressed by ever-growing positions. */
record Ring(RawDevice device, long startBytes, long sizeBytes) {

  static Ring of(RawDevice device, long firstExtent, long extents) {
    return new Ring(
        device, firstExtent * PoolLayout.EXTENT_BYTES, extents * PoolLayout.EXTENT_BYTES);
  }

  /** {@link RawDevice#readBack}: whole pages. */
  void readBack(long position, ByteBuffer target) throws DeviceException {
    transfer(position, target, device::readBack);
  }

  void write(long position, ByteBuffer source) throws DeviceException {
    transfer(position, source, device::write);
  }

  /** {@link RawDevice#writePast}: whole pages. */
  void writePast(long position, ByteBuffer source) throws DeviceException {
    transfer(position, source, device::writePast);
  }

  /** {@link RawDevice#writeDurably}. */
  void writeDurably(long position, ByteBuffer source) throws DeviceException {
    transfer(position, source, device::writeDurably);
  }

  private interface Transfer {
    void at(long offset, ByteBuffer part) throws DeviceException;
  }

  private void transfer(long position, ByteBuffer buffer, Transfer transfer)
      throws DeviceException {
    long from = position % sizeBytes;
    int head = (int) Math.min(buffer.remaining(), sizeBytes - from);
    transfer.at(startBytes + from, buffer.slice(buffer.position(), head));
    if (head < buffer.remaining()) {
      transfer.at(startBytes, buffer.slice(buffer.position() + head, buffer.remaining() - head));
    }
  }
}
