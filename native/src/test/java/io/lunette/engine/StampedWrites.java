/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What was written to one volume of a {@link RecordingDevice}, and so what a crash may leave in it.
 * Thread-safe where no two threads write to one sector.
 */
final class StampedWrites {

  static final VolumeName VOLUME = new VolumeName("volume");
  static final int BLOCK = PoolLayout.BLOCK_BYTES;
  static final int SECTOR = 512;
  static final int BLOCKS = 8 * PoolLayout.BLOCKS_PER_EXTENT;
  static final int SIZE = BLOCKS * BLOCK;

  /** A write of one stamp to some sectors, begun and ended at those calls of the device. */
  private record Written(int from, int to, int stamp, boolean durable, int begun, int ended) {}

  private final List<Written> writes = new CopyOnWriteArrayList<>();
  private final RecordingDevice device;

  StampedWrites(RecordingDevice device) {
    this.device = device;
  }

  /** Writes a stamp, or zeroes where it is 0, to these sectors. */
  void write(BlockDevice volume, int from, int to, int stamp, Durability durability)
      throws BlockException {
    long offset = (long) from * SECTOR;
    int length = (to - from) * SECTOR;
    int begun = device.calls();
    if (stamp == 0) {
      BlockingIo.writeZeroes(volume, offset, length, Provisioning.MAY_RELEASE, durability);
    } else {
      BlockingIo.write(volume, offset, stamped(stamp, length), durability);
    }
    boolean isDurable = durability == Durability.DURABLE;
    writes.add(new Written(from, to, stamp, isDurable, begun, device.calls()));
  }

  static ByteBuffer stamped(int stamp, int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      bytes.putInt(stamp);
    }
    return bytes.flip();
  }

  /** Opens what a crash after that call has left, which must hold what the writes allow. */
  void requireAllowed(PagedDevice image, KeyVault vault, int call, String where) throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(image, Clock.systemUTC(), 1 << 20, vault);
    try {
      if (driver.find(VOLUME).isEmpty()) {
        assertThat(writes)
            .as(where)
            .allSatisfy(write -> assertThat(write.begun).isGreaterThanOrEqualTo(call));
        return;
      }
      ByteBuffer content = ByteBuffer.allocateDirect(SIZE);
      BlockingIo.read(driver.open(VOLUME, AccessMode.READ_ONLY), 0, content);
      for (int sector = 0; sector < SIZE / SECTOR; sector++) {
        int found = content.getInt(sector * SECTOR);
        Set<Integer> allowed = allowed(sector, call);
        if (!allowed.contains(found)) {
          fail(where + ", sector " + sector + ": " + found + " is not in " + allowed);
        }
      }
    } finally {
      driver.abandon();
    }
  }

  /** What was written after the last that is durable, and that; a write that is not may be lost. */
  private Set<Integer> allowed(int sector, int call) {
    Set<Integer> stamps = new TreeSet<>(Set.of(0));
    for (Written write : writes) {
      if (write.from <= sector && sector < write.to && write.begun < call) {
        if (write.durable && write.ended <= call) {
          stamps.clear();
        }
        stamps.add(write.stamp);
      }
    }
    return stamps;
  }
}
