/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.bench.fixture.PassingDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import java.nio.ByteBuffer;

/** Passes everything on, but one bit of one byte of the device arrives wrong whenever written. */
final class FlippingDevice extends PassingDevice {

  private final long offset;

  FlippingDevice(BlockDevice device, long offset) {
    super(device);
    this.offset = offset;
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    ByteBuffer copy = ByteBuffer.allocateDirect(source.remaining());
    copy.put(source.duplicate()).flip();
    long at = offset - offsetBytes;
    if (at >= 0 && at < copy.limit()) {
      copy.put((int) at, (byte) (copy.get((int) at) ^ 1));
    }
    device.write(offsetBytes, copy, durability, completion);
  }
}
