/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool that a later release made use of, as the table of docs/on-disk-format.md has it. */
class UnknownFeatureTest {

  private static final int CRC = 12;
  private static final int INCOMPATIBLE = 16;
  private static final int READ_ONLY_COMPATIBLE = 24;
  private static final int COMPATIBLE = 32;

  private PagedDevice device;

  @BeforeEach
  void makePool() throws Exception {
    device = new PagedDevice(32L << 20);
    PoolState.format(device, new UUID(3, 3));
  }

  /** In one superblock alone: what the other one leads to is older than what was done since. */
  @ParameterizedTest
  @ValueSource(ints = {INCOMPATIBLE, READ_ONLY_COMPATIBLE})
  void bitThatMustBeKnownKeepsThePoolShutAndAsItIs(int field) throws Exception {
    for (long superblock : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      makePool();
      setBit(superblock, field, 63);
      PagedDevice before = device.copy();

      assertRefused(this::open);
      assertRefused(() -> PoolCheck.check(device));
      assertRefused(() -> PoolRepair.repair(device));

      assertThat(Arrays.equals(bytes(device), bytes(before))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, PoolLayout.EXTENT_BYTES})
  void bitOfACompatibleFeatureIsPassedOver(long superblock) throws Exception {
    setBit(superblock, COMPATIBLE, 63);

    open();

    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private void open() throws VolumeException {
    EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20).close();
  }

  private static void assertRefused(ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("feature bits 0x8000000000000000 are not known to this release");
  }

  private void setBit(long superblock, int field, int bit) throws Exception {
    ByteBuffer page =
        ByteBuffer.allocateDirect(PoolLayout.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    device.read(superblock, page);
    page.putLong(field, page.getLong(field) | 1L << bit);
    CRC32C sum = new CRC32C();
    page.putInt(CRC, 0);
    sum.update(page.duplicate());
    page.putInt(CRC, (int) sum.getValue());
    device.write(superblock, page);
  }

  private static byte[] bytes(PagedDevice device) throws Exception {
    ByteBuffer all = ByteBuffer.allocate((int) device.sizeBytes());
    device.read(0, all);
    return all.array();
  }
}
