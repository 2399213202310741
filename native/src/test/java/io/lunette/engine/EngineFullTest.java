/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a full file system under a sparse pool does, and what it does not. */
class EngineFullTest {

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName TENANT = new VolumeName("tenant");
  private static final int MORE_THAN_THE_RING_HOLDS = 4000;
  private static final int BLOCK = 4096;

  private final List<VolumeName> acknowledged = new ArrayList<>();
  private SimulatedDevice device;
  private EngineVolumeDriver driver;
  private int next;

  @BeforeEach
  void createPool() throws Exception {
    device = new SimulatedDevice(64L << 20);
    PoolState.format(device, new UUID(1, 2));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    driver.create(IMAGE, 16L << 20);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(TENANT));
    try (BlockDevice tenant = driver.open(TENANT, AccessMode.READ_WRITE)) {
      write(tenant, 0, 1);
    }
  }

  @Test
  void aCheckpointWithoutSpaceIsPutOffAndThePoolGoesOnOnceThereIsSome() throws Exception {
    device.setFull(true);

    VolumeException refused = cloneUntilRefused();

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
    assertThat(acknowledged).hasSizeGreaterThan(500);
    try (BlockDevice tenant = driver.open(TENANT, AccessMode.READ_WRITE)) {
      assertThat(read(tenant, 0)).isEqualTo(1);
      BlockException noSpace =
          catchThrowableOfType(BlockException.class, () -> write(tenant, 1 << 20, 2));
      assertThat(noSpace.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    }

    device.setFull(false);

    for (int i = 0; i < 300; i++) {
      cloneOne();
    }
    try (BlockDevice tenant = driver.open(TENANT, AccessMode.READ_WRITE)) {
      write(tenant, 2 << 20, 3);
      assertThat(read(tenant, 2 << 20)).isEqualTo(3);
    }
    driver.close();
    requireSound(device);
  }

  @Test
  void aCrashWhileTheFileSystemIsFullLosesNothingThatWasAcknowledged() throws Exception {
    device.setFull(true);
    VolumeException refused = cloneUntilRefused();
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);

    SimulatedDevice left = crash(7);

    requireSound(left);
    requireAcknowledged(left);
  }

  @Test
  void aPoolOpensAndIsReadWhileTheFileSystemIsFull() throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      SimulatedDevice left = crash(seed);
      left.setFull(true);
      device = left;
      driver = EngineVolumeDriver.open(left, Clock.systemUTC(), 8 << 20);

      try (BlockDevice tenant = driver.open(TENANT, AccessMode.READ_WRITE)) {
        assertThat(read(tenant, 0)).isEqualTo(1);
        write(tenant, 0, 1);
        BlockException noSpace =
            catchThrowableOfType(BlockException.class, () -> write(tenant, 1 << 20, 2));
        assertThat(noSpace.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
      }
      cloneOne();
      left.setFull(seed % 3 == 0);
    }

    device.setFull(false);
    cloneOne();
    SimulatedDevice left = crash(21);
    requireSound(left);
    requireAcknowledged(left);
  }

  @Test
  void aPoolThatWasClosedOpensOnAFullFileSystemAndClosesAgain() throws Exception {
    driver.close();
    device.setFull(true);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    cloneOne();
    requireAcknowledged(crash(3));
  }

  @Test
  void aCrashAtAnyTimeAfterThereIsSpaceAgainLosesNothingEither() throws Exception {
    device.setFull(true);
    VolumeException refused = cloneUntilRefused();
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
    device.setFull(false);
    device.dieAfter(60);

    VolumeException died =
        catchThrowableOfType(
            VolumeException.class,
            () -> {
              while (true) {
                cloneOne();
              }
            });

    assertThat(died).hasMessageContaining("power is gone");
    SimulatedDevice left = crash(8);
    requireSound(left);
    requireAcknowledged(left);
  }

  private SimulatedDevice crash(long seed) {
    device.die();
    driver.abandon();
    return device.afterDeath(new Random(seed));
  }

  private VolumeException cloneUntilRefused() {
    return catchThrowableOfType(
        VolumeException.class,
        () -> {
          for (int i = 0; i < MORE_THAN_THE_RING_HOLDS; i++) {
            cloneOne();
          }
        });
  }

  private void cloneOne() throws VolumeException {
    VolumeName name = new VolumeName("clone-" + next++);
    driver.clone(IMAGE, List.of(name));
    acknowledged.add(name);
  }

  private void requireAcknowledged(SimulatedDevice left) throws Exception {
    EngineVolumeDriver recovered = EngineVolumeDriver.open(left, Clock.systemUTC(), 8 << 20);
    for (VolumeName name : acknowledged) {
      assertThat(recovered.find(name)).as("%s", name).isPresent();
    }
    recovered.close();
  }

  private static void requireSound(SimulatedDevice device) throws Exception {
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private static void write(BlockDevice device, long offset, int content) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    block.putInt(0, content);
    BlockingIo.write(device, offset, block, Durability.DURABLE);
  }

  private static int read(BlockDevice device, long offset) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(device, offset, block);
    return block.getInt(0);
  }
}
