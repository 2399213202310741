/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ends on the thread that asked for it, and what does not. */
class PromptIoTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName CLONE = new VolumeName("clone");

  /** A device in memory that does at once what it is allowed to. */
  private static final class PromptDevice extends PagedDevice {

    boolean prompt = true;

    PromptDevice() {
      super(64L << 20);
    }

    @Override
    public boolean readAtOnce(long offset, ByteBuffer target) throws DeviceException {
      if (prompt) {
        read(offset, target);
      }
      return prompt;
    }

    @Override
    public boolean writesAtOnce() {
      return prompt;
    }

    @Override
    public boolean writeAtOnce(long offset, ByteBuffer source) throws DeviceException {
      if (prompt) {
        write(offset, source);
      }
      return prompt;
    }
  }

  private final PromptDevice raw = new PromptDevice();
  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    PoolState.format(raw, new UUID(7, 7));
    driver = EngineVolumeDriver.open(raw, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 8 * EXTENT);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  /** Notes the thread that it ended on. */
  private static final class Ending implements IoCompletion {

    private final BlockingIo.Operation operation;
    private volatile Thread thread;

    Ending(BlockingIo.Operation operation) {
      this.operation = operation;
    }

    boolean isOnTheCallersThread() throws BlockException {
      BlockingIo.await(
          waiter -> {
            outer = waiter;
            operation.start(this);
          });
      return thread == Thread.currentThread();
    }

    private IoCompletion outer;

    @Override
    public void completed() {
      thread = Thread.currentThread();
      outer.completed();
    }

    @Override
    public void failed(BlockException failure) {
      thread = Thread.currentThread();
      outer.failed(failure);
    }
  }

  private static boolean readsAtOnce(BlockDevice device, long offset, ByteBuffer target)
      throws BlockException {
    return new Ending(io -> device.read(offset, target, io)).isOnTheCallersThread();
  }

  private static boolean writesAtOnce(
      BlockDevice device, long offset, int bytes, int value, Durability durability)
      throws BlockException {
    ByteBuffer source = filled(bytes, value);
    return new Ending(io -> device.write(offset, source, durability, io)).isOnTheCallersThread();
  }

  /** It may hold the lock of the metadata, which a first write at once does not wait for. */
  private static void awaitCommitThread() {
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().equals("lunette-commit")
                    && thread.getState() != Thread.State.WAITING
                    && thread.getState() != Thread.State.TIMED_WAITING)) {
      Thread.onSpinWait();
    }
  }

  private static ByteBuffer filled(int bytes, int value) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    for (int i = 0; i < bytes; i++) {
      buffer.put(i, (byte) value);
    }
    return buffer;
  }

  @Test
  void aFirstWriteOfPartsOfBlocksGoesToAnIoThreadAndAnOverwriteDoesNot() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      assertThat(writesAtOnce(device, 512, 3 * EXTENT, 1, Durability.VISIBLE)).isFalse();
      assertThat(writesAtOnce(device, 1024, 2 * EXTENT, 2, Durability.VISIBLE)).isTrue();

      ByteBuffer read = ByteBuffer.allocateDirect(4 * EXTENT);
      assertThat(readsAtOnce(device, 0, read)).isTrue();
      for (int i = 0; i < read.capacity(); i++) {
        boolean first = i >= 512 && i < 512 + 3 * EXTENT;
        boolean second = i >= 1024 && i < 1024 + 2 * EXTENT;
        assertThat(read.get(i)).as("byte " + i).isEqualTo((byte) (second ? 2 : first ? 1 : 0));
      }
    }
  }

  @Test
  void aFirstWriteOfWholeBlocksEndsAtOnceWhereAnExtentIsReady() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      assertThat(writesAtOnce(device, 0, BLOCK, 1, Durability.VISIBLE)).isFalse();
      awaitCommitThread();
      assertThat(writesAtOnce(device, EXTENT, BLOCK, 2, Durability.VISIBLE)).isTrue();
      assertThat(writesAtOnce(device, BLOCK, 2 * BLOCK, 3, Durability.VISIBLE)).isTrue();
      BlockingIo.flush(device);
    }
    driver.abandon();
    driver = EngineVolumeDriver.open(raw, Clock.systemUTC(), 4 << 20);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer read = ByteBuffer.allocateDirect(2 * EXTENT);
      BlockingIo.read(device, 0, read);
      for (int block = 0; block < 32; block++) {
        int value = block == 0 ? 1 : block < 3 ? 3 : block == 16 ? 2 : 0;
        assertThat(read.slice(block * BLOCK, BLOCK)).isEqualTo(filled(BLOCK, value));
      }
    }
  }

  @Test
  void chainsOfLayersWithKeysOfTheirOwnAreReadAtOnce() throws Exception {
    driver.close();
    driver = EngineVolumeDriver.open(raw, Clock.systemUTC(), 4 << 20, new MemoryVault());
    VolumeName below = VOLUME;
    int layers = 5;
    for (int layer = 0; layer < layers; layer++) {
      VolumeName name = new VolumeName("layer-" + layer);
      List<VolumeInfo> made =
          layer == 0
              ? List.of(driver.createEncrypted(name, 8 * EXTENT, 512))
              : driver.cloneEncrypted(below, List.of(name));
      assertThat(made).hasSize(1);
      try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
        BlockingIo.write(
            device, (long) layer * BLOCK, filled(BLOCK, layer + 1), Durability.VISIBLE);
      }
      driver.seal(name);
      below = name;
    }
    try (BlockDevice device = driver.open(below, AccessMode.READ_ONLY)) {
      ByteBuffer extent = ByteBuffer.allocateDirect(EXTENT);
      // What shows through the chain is looked up once, on an I/O thread.
      BlockingIo.read(device, 0, extent);
      for (int layer = 0; layer < layers; layer++) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        assertThat(readsAtOnce(device, (long) layer * BLOCK, block)).as("layer %d", layer).isTrue();
        assertThat(block).isEqualTo(filled(BLOCK, layer + 1));
        assertThat(extent.slice(layer * BLOCK, BLOCK)).isEqualTo(filled(BLOCK, layer + 1));
      }
      assertThat(readsAtOnce(device, (long) layers * BLOCK, ByteBuffer.allocateDirect(BLOCK)))
          .isTrue();
    }
  }

  @Test
  void aFirstWriteToADeviceThatWaitsGoesToAnIoThread() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, filled(BLOCK, 1), Durability.VISIBLE);
      raw.prompt = false;

      assertThat(writesAtOnce(device, EXTENT, BLOCK, 2, Durability.VISIBLE)).isFalse();

      ByteBuffer read = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(device, EXTENT, read);
      assertThat(read).isEqualTo(filled(BLOCK, 2));
    }
  }

  @Test
  void aDurableOverwriteIsCommitted() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, filled(BLOCK, 1), Durability.DURABLE);

      assertThat(writesAtOnce(device, 0, BLOCK, 2, Durability.DURABLE)).isFalse();
    }
  }

  @Test
  void whatTheDeviceCannotDoAtOnceIsDoneOnAnIoThread() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, filled(BLOCK, 1), Durability.VISIBLE);
      raw.prompt = false;

      assertThat(writesAtOnce(device, 0, BLOCK, 2, Durability.VISIBLE)).isFalse();
      ByteBuffer read = ByteBuffer.allocateDirect(BLOCK);
      assertThat(readsAtOnce(device, 0, read)).isFalse();
      assertThat(read).isEqualTo(filled(BLOCK, 2));
    }
  }

  @Test
  void blocksOfOneExtentInTwoLayersAreReadAtOnce() throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, filled(EXTENT, 1), Durability.VISIBLE);
    }
    driver.seal(VOLUME);
    driver.clone(VOLUME, List.of(CLONE));
    try (BlockDevice device = driver.open(CLONE, AccessMode.READ_WRITE)) {
      ByteBuffer whole = ByteBuffer.allocateDirect(EXTENT);
      assertThat(readsAtOnce(device, 0, whole)).isTrue();
      assertThat(whole).isEqualTo(filled(EXTENT, 1));

      BlockingIo.write(device, BLOCK, filled(BLOCK, 2), Durability.VISIBLE);

      assertThat(readsAtOnce(device, 0, whole)).isTrue();
      assertThat(whole.slice(0, BLOCK)).isEqualTo(filled(BLOCK, 1));
      assertThat(whole.slice(BLOCK, BLOCK)).isEqualTo(filled(BLOCK, 2));
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      assertThat(readsAtOnce(device, BLOCK, block)).isTrue();
      assertThat(block).isEqualTo(filled(BLOCK, 2));

      awaitCommitThread();
      assertThat(writesAtOnce(device, 0, BLOCK, 3, Durability.VISIBLE)).isTrue();

      assertThat(readsAtOnce(device, 0, block)).isTrue();
      assertThat(block).isEqualTo(filled(BLOCK, 3));
    }
    try (BlockDevice image = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      ByteBuffer whole = ByteBuffer.allocateDirect(EXTENT);
      BlockingIo.read(image, 0, whole);
      assertThat(whole).isEqualTo(filled(EXTENT, 1));
    }
  }

  @Test
  void aClosedVolumeAnswersThatItIsGone() throws Exception {
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    device.close();

    try {
      readsAtOnce(device, 0, ByteBuffer.allocateDirect(BLOCK));
      throw new AssertionError("a closed volume was read");
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(BlockException.Kind.GONE);
    }
  }
}
