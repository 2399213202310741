/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two volumes are erased by key, for which the epoch is turned once; one of the erases fails. */
class SharedTurnTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int MAP = 16;

  /** More than one leaf of a map has, to the middle of an extent. */
  private static final long IMAGE_BYTES = (40L << 20) + BLOCK;

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName BEFORE = new VolumeName("before");
  private static final VolumeName FIRST = new VolumeName("first");
  private static final VolumeName SECOND = new VolumeName("second");

  private final PagedDevice medium = new PagedDevice(64L << 20);
  private final HeldDevice device = new HeldDevice(medium);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  /** What lies behind the end of its image cannot be hidden from the second. */
  @Test
  void theOtherEndsAllTheSame() throws Exception {
    PoolState.format(medium, new UUID(7, 7));
    open();
    driver.create(IMAGE, IMAGE_BYTES);
    write(IMAGE, IMAGE_BYTES - BLOCK, BLOCK);
    driver.seal(IMAGE);
    driver.close();
    int leaf = TreePages.newestLeaf(medium, MAP);
    open();
    driver.create(BEFORE, EXTENT);
    write(BEFORE, 0, EXTENT);
    driver.createEncrypted(FIRST, EXTENT, BLOCK);
    write(FIRST, 0, BLOCK);
    driver.cloneEncrypted(IMAGE, List.of(SECOND));
    driver.resize(SECOND, 2 * IMAGE_BYTES - BLOCK);
    driver.close();
    TreePages.damage(medium, leaf);
    open();
    device.holdLargeWrites();
    Job<EraseReport> before = driver.erase(BEFORE, EraseRequest.zeroFillVerified());
    device.awaitLargeWrite();
    Job<EraseReport> first = driver.erase(FIRST, new EraseRequest(EraseMethod.CRYPTO, true));
    Job<EraseReport> second = driver.erase(SECOND, new EraseRequest(EraseMethod.CRYPTO, false));

    device.releaseLargeWrites();

    assertThat(result(before).claim()).isEqualTo(EraseClaim.REMOVED);
    assertThat(result(first).claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    assertThatThrownBy(() -> result(second)).hasMessageContaining("page " + leaf);
    driver.close();
  }

  private static EraseReport result(Job<EraseReport> job) throws Exception {
    return job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private void write(VolumeName name, long offset, int length) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(length).putInt(0, 5);
      BlockingIo.write(volume, offset, block, Durability.DURABLE);
    }
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }
}
