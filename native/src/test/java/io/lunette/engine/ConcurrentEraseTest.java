/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several volumes, and one several times, erased at the same time while another is in use. */
class ConcurrentEraseTest {

  private static final int VOLUMES = 4;
  private static final int MARK = 0x5EC2E700;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName BUSY = new VolumeName("busy");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private PagedDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(9, 9));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(IMAGE, 8 << 20);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(BUSY));
    for (int i = 0; i < VOLUMES; i++) {
      driver.clone(IMAGE, List.of(name(i)));
      write(name(i), MARK + i, extents(i));
    }
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void eachReportsItsOwnAndNothingOfAnyIsLeft() throws Exception {
    List<Callable<EraseReport>> tasks = new ArrayList<>();
    CyclicBarrier start = new CyclicBarrier(VOLUMES + 1);
    for (int i = 0; i < VOLUMES; i++) {
      VolumeName name = name(i);
      tasks.add(() -> eraseFrom(start, name));
    }
    List<Future<EraseReport>> erased = new ArrayList<>();
    tasks.forEach(task -> erased.add(threads.submit(task)));
    start.await(1, TimeUnit.MINUTES);
    write(BUSY, MARK - 1, 40);

    for (int i = 0; i < VOLUMES; i++) {
      EraseReport report = erased.get(i).get(1, TimeUnit.MINUTES);
      assertThat(report.volume()).isEqualTo(name(i));
      assertThat(report.extents()).isEqualTo(extents(i));
      assertThat(report.verifiedBytes())
          .isEqualTo(report.erasedBytes())
          .isEqualTo((long) extents(i) * PoolLayout.BLOCK_BYTES);
      assertThat(pagesWith(MARK + i)).isZero();
    }
    assertThat(pagesWith(MARK - 1)).isEqualTo(40);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void thoseWhoEraseOneVolumeAtTheSameTimeShareOneErase() throws Exception {
    int callers = 3;
    CyclicBarrier start = new CyclicBarrier(callers);
    List<Future<EraseReport>> erased = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      erased.add(threads.submit(() -> eraseFrom(start, name(0))));
    }

    EraseReport first = erased.get(0).get(1, TimeUnit.MINUTES);
    assertThat(first.extents()).isEqualTo(extents(0));
    for (Future<EraseReport> one : erased) {
      assertThat(one.get(1, TimeUnit.MINUTES)).isEqualTo(first);
    }
    assertThat(pagesWith(MARK)).isZero();
    assertThat(pagesWith(MARK + 1)).isEqualTo(extents(1));
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private static VolumeName name(int number) {
    return new VolumeName("replica-" + number);
  }

  private static int extents(int volume) {
    return 30 + 5 * volume;
  }

  private EraseReport eraseFrom(CyclicBarrier start, VolumeName name) throws Exception {
    start.await(1, TimeUnit.MINUTES);
    return driver
        .erase(name, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  /** Writes a block that begins with that number into so many extents. */
  private void write(VolumeName name, int number, int extents) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      for (int i = 0; i < extents; i++) {
        long offset = (long) i * PoolLayout.EXTENT_BYTES;
        BlockingIo.write(volume, offset, block.duplicate(), Durability.VISIBLE);
      }
      BlockingIo.flush(volume);
    }
  }

  private int pagesWith(int number) {
    int found = 0;
    for (int page = 0; page < device.sizeBytes() / PagedDevice.PAGE; page++) {
      found += ByteBuffer.wrap(device.page(page)).getInt(0) == number ? 1 : 0;
    }
    return found;
  }
}
