/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the pool itself knows of who may have written to a volume, whatever a catalog says. */
class UsedVolumeTest {

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");
  private static final int BLOCK = 4096;
  private static final int SIZE = 4 << 20;

  private static final byte COPIED = 7;

  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);
  private volatile long heldFrom = Long.MAX_VALUE;
  private PagedDevice device = new HoldingDevice();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeAnImage() throws Exception {
    PoolState.format(device, new UUID(6, 6));
    open();
    driver.create(IMAGE, SIZE);
    write(IMAGE, (byte) 1, Durability.VISIBLE);
    driver.seal(IMAGE);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void replicaIsUsedOnceItIsOpenedForWritingAndUntilItIsErased() throws Exception {
    driver.clone(IMAGE, List.of(REPLICA));
    assertThat(isUsed()).isFalse();
    driver.open(REPLICA, AccessMode.READ_ONLY).close();
    assertThat(isUsed()).isFalse();

    driver.open(REPLICA, AccessMode.READ_WRITE).close();
    assertThat(isUsed()).isTrue();
    write(REPLICA, (byte) 3, Durability.VISIBLE);
    assertThat(RawBytes.occurrences(device, written((byte) 3))).isEqualTo(1);

    EraseReport unused = erase();
    assertThat(RawBytes.occurrences(device, written((byte) 3))).isZero();
    assertThat(isUsed()).isFalse();
    driver.close();
    open();
    assertThat(isUsed()).isFalse();
    write(REPLICA, (byte) 2, Durability.VISIBLE);
    driver.close();
    open();
    assertThat(isUsed()).isTrue();
  }

  @Test
  void whenItWasLastErasedStaysKnownWhateverBecomesOfItThen() throws Exception {
    driver.clone(IMAGE, List.of(REPLICA));
    assertThat(erasedAt()).isEmpty();

    Instant ended = erase().ended();
    assertThat(erasedAt()).hasValue(ended);
    write(REPLICA, (byte) 2, Durability.VISIBLE);
    driver.snapshot(REPLICA, SNAPSHOT);
    driver.resize(REPLICA, 2 * SIZE);
    driver.close();
    open();

    assertThat(erasedAt()).hasValue(ended);
    assertThat(driver.find(SNAPSHOT).orElseThrow().erased()).isEmpty();
  }

  /** It lies on its source as a clone does, and has what nobody but the copier wrote. */
  @Test
  void copyUnderWayIsNotUsed() throws Exception {
    VolumeName source = new VolumeName("source");
    driver.create(source, SIZE);
    try (BlockDevice volume = driver.open(source, AccessMode.READ_WRITE)) {
      for (long at = 0; at < 2 * PoolLayout.EXTENT_BYTES; at += PoolLayout.EXTENT_BYTES) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK).put(0, COPIED);
        BlockingIo.write(volume, at, bytes, Durability.DURABLE);
      }
    }
    driver.seal(source);
    heldFrom = 1;

    Job<VolumeInfo> copy = driver.copy(source, REPLICA);
    held.await();
    VolumeInfo half = driver.find(REPLICA).orElseThrow();
    mayGoOn.countDown();
    VolumeInfo whole = copy.result().toCompletableFuture().get(1, TimeUnit.MINUTES);

    assertThat(half.state()).isEqualTo(VolumeState.COPYING);
    assertThat(half.used()).isFalse();
    assertThat(whole.used()).isFalse();
  }

  @Test
  void noChangeOfAVolumeForgetsItsUse() throws Exception {
    driver.clone(IMAGE, List.of(REPLICA));
    driver.open(REPLICA, AccessMode.READ_WRITE).close();

    driver.snapshot(REPLICA, SNAPSHOT);
    driver.resize(REPLICA, 2 * SIZE);
    driver.rollback(REPLICA, SNAPSHOT);

    assertThat(isUsed()).isTrue();
    assertThat(driver.find(SNAPSHOT).orElseThrow().used()).isFalse();
  }

  @Test
  void firstWritesOfAReplicaAreNeverDurableWithoutItsUse() throws Exception {
    driver.clone(IMAGE, List.of(REPLICA));
    assertUsedAtAnyCrashThatShows((byte) 2);
  }

  /** A full copy has its blocks already, so a durable write to it needs no commit. */
  @Test
  void overwritesOfACopyAreNeverDurableWithoutItsUse() throws Exception {
    driver.copy(IMAGE, REPLICA).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    driver.close();
    open();
    assertUsedAtAnyCrashThatShows((byte) 2);
  }

  private void assertUsedAtAnyCrashThatShows(byte content) throws Exception {
    driver.close();
    RecordingDevice recorded = new RecordingDevice(device);
    device = recorded;
    open();
    write(REPLICA, content, Durability.DURABLE);
    driver.abandon();
    RecordingDevice.Crashes crashes = recorded.crashes();
    int shown = 0;
    do {
      for (double kept : new double[] {0, 0.5, 1}) {
        device = crashes.image(new Random(crashes.at()), kept);
        open();
        boolean shows = read() == content;
        assertThat(isUsed() || !shows).as("crash %s, %s kept", crashes.at(), kept).isTrue();
        shown += shows ? 1 : 0;
        driver.abandon();
      }
    } while (crashes.advance());
    assertThat(shown).isPositive();
    open();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  private Optional<Instant> erasedAt() {
    return driver.find(REPLICA).orElseThrow().erased();
  }

  private boolean isUsed() {
    return driver.find(REPLICA).orElseThrow().used();
  }

  private EraseReport erase() throws Exception {
    return driver
        .erase(REPLICA, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private void write(VolumeName name, byte content, Durability durability) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK).put(0, written(content));
      BlockingIo.write(volume, 0, bytes, durability);
    }
  }

  /** What a written block begins with. */
  private static byte[] written(byte content) {
    byte[] bytes = new byte[64];
    Arrays.fill(bytes, content);
    return bytes;
  }

  private byte read() throws Exception {
    try (BlockDevice volume = driver.open(REPLICA, AccessMode.READ_ONLY)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, bytes);
      return bytes.get(0);
    }
  }

  /** Keeps the second write and later ones of what is copied waiting. */
  private final class HoldingDevice extends PagedDevice {

    private final AtomicLong copied = new AtomicLong();

    HoldingDevice() {
      super(64L << 20);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      boolean isCopied = heldFrom != Long.MAX_VALUE && source.get(source.position()) == COPIED;
      if (isCopied && copied.getAndIncrement() >= heldFrom) {
        held.countDown();
        try {
          mayGoOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.write(offset, source);
    }
  }
}
