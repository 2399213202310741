/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What ends in an error that is not the device's, as want of memory is: the operation hears so, and
 * its volume can be closed; of a first write whose bytes are on the device already nothing shows,
 * and the scrub finds them.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenIoTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int FIRST = 0x11C0FFEE;
  private static final int BROKEN = 0x33C0FFEE;

  private FailingDevice device;
  private EngineVolumeDriver driver;

  private interface Way {
    void write(BlockDevice volume, long offset, ByteBuffer block) throws BlockException;
  }

  @BeforeEach
  void createPool() throws Exception {
    // So large that the scrubber leaves alone for now what little is dropped, and it can be found.
    device = new FailingDevice(64L << 20);
    PoolState.format(device, new UUID(5, 5));
    open();
    driver.create(VOLUME, 1 << 20);
    write(
        (volume, offset, block) -> BlockingIo.write(volume, offset, block, Durability.DURABLE),
        0,
        FIRST);
  }

  @Test
  void aWriteOfAnIoThread() throws Exception {
    requireNothingLeft(
        (volume, offset, block) -> BlockingIo.write(volume, offset, block, Durability.DURABLE));
  }

  @Test
  void aWriteOfTheCallersThread() throws Exception {
    requireNothingLeft(
        (volume, offset, block) -> {
          // The next that is asked for at once is done at once.
          device.promptCalls().set(1);
          BlockingIo.write(volume, offset, block, Durability.VISIBLE);
        });
  }

  @Test
  void anAtomicWrite() throws Exception {
    requireNothingLeft(
        (volume, offset, block) ->
            BlockingIo.writeAtomic(volume, offset, block, Durability.DURABLE));
  }

  @Test
  void aReadOfTheCallersThread() throws Exception {
    long place = device.placeOf(FIRST);
    device.breakReads(FailingDevice.at(place));

    assertRefused(
        () -> {
          device.promptCalls().set(1);
          read(0);
        });

    device.heal();
    assertThat(read(0)).isEqualTo(FIRST);
    closeSound();
  }

  @Test
  void whatIsReservedAtACloseIsScrubbedByTheNextOpening() throws Exception {
    driver.close();
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    long extent = pool.allocator.take(new Neighbours(), 0);
    device.write(extent * EXTENT, block(BROKEN));
    pool.close();
    assertThat(PoolCheck.check(device).usage().reserved()).isEqualTo(1);

    open();

    assertThat(device.placeOf(BROKEN)).isEqualTo(-1);
    closeSound();
  }

  @Test
  void aChangeThatDoesNotFindWhereToNoteItChangesNothing() throws Exception {
    dropAndReopen();
    // What the map says is in memory then, but not what the layer has dropped.
    assertThat(read(0)).isEqualTo(FIRST);
    device.breakReads(FailingDevice.from(0));
    assertRefused(() -> discard(0));
    device.heal();

    flush();

    assertThat(read(0)).isEqualTo(FIRST);
    discard(0);
    assertThat(read(0)).isZero();
    closeSound();
  }

  /** What is written then is named by no map, and its layer is not suspect. */
  @Test
  void sumsThatCannotBeKeptStopThePool() throws Exception {
    driver.close();
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    pool.metadata.lock.lock();
    try {
      assertThatThrownBy(() -> pool.metadata.vouch(null)).isInstanceOf(RuntimeException.class);
    } finally {
      pool.metadata.lock.unlock();
    }
    pool.log.dataWritten();

    BlockException stopped = catchThrowableOfType(BlockException.class, pool.log::commit);

    assertThat(stopped).hasMessageContaining("the pool stopped taking writes");
    pool.close();
    open();
    closeSound();
  }

  @Test
  void anEraseThatCannotReadItsMapEndsAndTheNextAfterARestartDoesTheWork() throws Exception {
    closeSound();
    open();
    device.breakReads(FailingDevice.from(0));
    assertThatThrownBy(this::erase).hasMessageContaining("simulated: no memory");
    device.heal();
    driver.abandon();
    open();

    erase();

    assertThat(device.placeOf(FIRST)).isEqualTo(-1);
    closeSound();
  }

  private void dropAndReopen() throws Exception {
    write(
        (volume, offset, block) -> BlockingIo.write(volume, offset, block, Durability.DURABLE),
        EXTENT,
        FIRST);
    discard(EXTENT);
    closeSound();
    open();
  }

  private void discard(long offset) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(volume, offset, EXTENT);
    }
  }

  private void flush() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.flush(volume);
    }
  }

  /** To an extent that is there, and to a new one; erased before or after a restart. */
  private void requireNothingLeft(Way way) throws Exception {
    for (boolean restarted : new boolean[] {false, true}) {
      for (int offset : new int[] {BLOCK, EXTENT}) {
        device.breakWrites((place, length) -> length == BLOCK && holds(place));
        assertRefused(() -> write(way, offset, BROKEN));
        device.heal();

        assertThat(device.placeOf(BROKEN)).isPositive();
        assertThat(read(offset)).isZero();
        assertThat(read(0)).isEqualTo(FIRST);
        if (restarted) {
          closeSound();
          open();
        }
        erase();
        assertThat(device.placeOf(BROKEN)).isEqualTo(-1);
        write(way, 0, FIRST);
      }
    }
    closeSound();
  }

  private boolean holds(long place) {
    return ByteBuffer.wrap(device.page((int) (place / PagedDevice.PAGE))).getInt(0) == BROKEN;
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  private void closeSound() throws Exception {
    driver.close();
    PoolReport report = PoolCheck.check(device);
    assertThat(report.problems()).isEmpty();
    assertThat(report.usage().reserved()).isZero();
  }

  private void erase() throws Exception {
    var unused =
        driver
            .erase(VOLUME, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  private void write(Way way, long offset, int number) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      way.write(volume, offset, block(number));
    }
  }

  private static ByteBuffer block(int number) {
    return ByteBuffer.allocateDirect(BLOCK).putInt(0, number);
  }

  private int read(long offset) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, offset, block);
      return block.getInt(0);
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    BlockException refused = catchThrowableOfType(BlockException.class, call);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.INTERNAL);
  }
}
