/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.log;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ProvisioningSpace;
import io.lunette.scsi.device.ThresholdSet;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * 0Ch, Logical Block Provisioning (SBC-3 §6.3.4): what is left of the pool and what is used, in
 * threshold sets. Neither is any unit's own, which the scope says.
 */
final class ProvisioningPage implements LogPage {

  private static final int AVAILABLE = 0x0001;
  private static final int USED = 0x0002;
  private static final int SHARED = 0x02;
  private static final int VALUE_BYTES = 8;

  @Override
  public int code() {
    return 0x0C;
  }

  @Override
  public boolean isOf(LogicalUnit unit) {
    return unit.space().isPresent();
  }

  @Override
  public SortedMap<Integer, ByteBuffer> parameters(LogicalUnit unit) {
    SortedMap<Integer, ByteBuffer> parameters = new TreeMap<>();
    ProvisioningSpace space = unit.space().orElseThrow();
    parameters.put(AVAILABLE, resources(space.availableBytes()));
    parameters.put(USED, resources(space.usedBytes()));
    return parameters;
  }

  private static ByteBuffer resources(long bytes) {
    return ByteBuffer.allocate(VALUE_BYTES)
        .putInt(ThresholdSet.count(bytes))
        .put((byte) SHARED)
        .rewind();
  }
}
