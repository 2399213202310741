/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static io.lunette.core.volume.DeviceContent.pattern;
import static io.lunette.core.volume.DriverFixture.assertBlockRefused;
import static io.lunette.core.volume.DriverFixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Atomic writes and purges of volumes, where the driver offers them. */
interface VolumeAtomicConformance extends DriverFixture {

  /** Length of what lies below the atomic writes: several extents of the native engine. */
  int BELOW = 512 * 1024;

  @Test
  default void atomicWritesReadBackAndLeaveTheirNeighboursAlone() throws Exception {
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 0, pattern(BELOW, 1));
    driver().seal(name("a"));
    driver().clone(name("a"), List.of(name("b")));
    byte[] expected = Arrays.copyOf(pattern(BELOW, 1), (int) SIZE);

    try (BlockDevice device = atomic("b")) {
      SplittableRandom random = new SplittableRandom(4);
      int block = device.geometry().logicalBlockBytes();
      int most = Math.min(device.features().atomicWriteBytes(), 256 * 1024) / block;
      for (int i = 0; i < 60; i++) {
        int length = (1 + random.nextInt(most)) * block;
        int offset = random.nextInt((BELOW + BELOW / 2) / block) * block;
        byte[] bytes = pattern(length, 100 + i);
        switch (random.nextInt(4)) {
          case 0 -> DeviceContent.write(device, offset, bytes);
          case 1 -> {
            Arrays.fill(bytes, (byte) 0);
            BlockingIo.discard(device, offset, length);
          }
          case 2 -> writeAtomic(device, offset, bytes, Durability.VISIBLE);
          default -> writeAtomic(device, offset, bytes, Durability.DURABLE);
        }
        System.arraycopy(bytes, 0, expected, offset, length);
      }
      assertThat(DeviceContent.read(device, 0, (int) SIZE)).isEqualTo(expected);
      BlockingIo.flush(device);
    }
    reopen();
    assertThat(DeviceContent.read(driver(), name("b"), 0, (int) SIZE)).isEqualTo(expected);
    assertThat(DeviceContent.read(driver(), name("a"), 0, BELOW)).isEqualTo(pattern(BELOW, 1));
  }

  @Test
  default void anAtomicWriteThatCannotBeIsRefusedAndWritesNothing() throws Exception {
    driver().create(name("a"), SIZE);
    try (BlockDevice device = atomic("a")) {
      int most = device.features().atomicWriteBytes();
      int block = device.geometry().logicalBlockBytes();

      assertBlockRefused(
          BlockException.Kind.UNSUPPORTED,
          () -> writeAtomic(device, 0, pattern(most + block, 1), Durability.VISIBLE));
      assertBlockRefused(
          BlockException.Kind.OUT_OF_RANGE,
          () -> writeAtomic(device, SIZE - block, pattern(2 * block, 1), Durability.VISIBLE));
      assertThat(DeviceContent.read(device, 0, (int) SIZE)).containsOnly(0);
    }
    driver().seal(name("a"));
    try (BlockDevice device = atomic("a")) {
      assertBlockRefused(
          BlockException.Kind.READ_ONLY,
          () -> writeAtomic(device, 0, pattern(4096, 1), Durability.VISIBLE));
    }
  }

  @Test
  default void aPurgeLeavesWhatTheVolumeHolds() throws Exception {
    driver().create(name("a"), SIZE);
    byte[] expected = pattern(BELOW, 1);

    try (BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE)) {
      assumeTrue(device.features().purges());
      DeviceContent.write(device, 0, expected);
      byte[] discarded = Arrays.copyOfRange(expected, 65_536, 65_536 + 131_072);
      if (backing().isPresent()) {
        assertThat(RawSearch.blocksOf(discarded, backing().get())).isPositive();
      }
      BlockingIo.discard(device, 65_536, 131_072);
      Arrays.fill(expected, 65_536, 65_536 + 131_072, (byte) 0);
      BlockingIo.purge(device);
      BlockingIo.purge(device);

      if (backing().isPresent()) {
        assertThat(RawSearch.blocksOf(discarded, backing().get())).isZero();
      }
      assertThat(DeviceContent.read(device, 0, BELOW)).isEqualTo(expected);
    }
    BlockDevice closed = driver().open(name("a"), AccessMode.READ_WRITE);
    closed.close();
    assertBlockRefused(BlockException.Kind.GONE, () -> BlockingIo.purge(closed));
  }

  private BlockDevice atomic(String volume) throws VolumeException {
    BlockDevice device = driver().open(name(volume), AccessMode.READ_WRITE);
    boolean offered = device.features().atomicWriteBytes() > 0;
    if (!offered) {
      device.close();
    }
    assumeTrue(offered);
    return device;
  }

  private static void writeAtomic(
      BlockDevice device, long offset, byte[] bytes, Durability durability) throws BlockException {
    ByteBuffer source = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    BlockingIo.writeAtomic(device, offset, source, durability);
  }
}
