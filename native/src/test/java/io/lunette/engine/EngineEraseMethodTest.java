/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.ScratchDevices;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each method of erasing, on what pools lie on, against the raw bytes of the device. */
final class EngineEraseMethodTest {

  private static final long POOL_BYTES = 64L << 20;
  private static final long VOLUME_BYTES = 8L << 20;
  private static final long CACHE_BYTES = 1 << 20;
  private static final int WRITTEN_BYTES = 2 << 20;
  private static final VolumeName VOLUME = new VolumeName("tenant");
  private static final LongPredicate NOTHING = offset -> false;
  private static final byte[] MARK = "what the tenant wrote;".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path directory;

  @Test
  void everyMethodLeavesNothingToReadInAFileOnDisk() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, POOL_BYTES);
    eraseByEveryMethod(file, file);
  }

  @Test
  void everyMethodLeavesNothingToReadInAFileInMemory() throws Exception {
    Path memory = ScratchDevices.directoryInMemory();
    Path file = memory.resolve("pool");
    try {
      EngineVolumeDriver.createPool(file, POOL_BYTES);
      eraseByEveryMethod(file, file);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(memory);
    }
  }

  @Test
  void everyMethodLeavesNothingToReadOnABlockDevice() throws Exception {
    Path file = directory.resolve("behind");
    LinuxRawDevice.createFile(file, POOL_BYTES).close();
    try (ScratchDevices.Loop loop = ScratchDevices.loopOver(file)) {
      try (RawDevice device = LinuxRawDevice.open(loop.device())) {
        PoolState.format(device, UUID.randomUUID());
      }
      eraseByEveryMethod(loop.device(), file);
    }
  }

  private static void eraseByEveryMethod(Path pool, Path raw) throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      driver.create(VOLUME, VOLUME_BYTES);
      for (EraseMethod method : driver.capabilities().eraseMethods()) {
        write(driver);
        assertThat(RawBytes.occurrences(raw, MARK)).as("%s, before", method).isPositive();

        EraseReport report = erase(driver, new EraseRequest(method, true));

        assertThat(RawBytes.occurrences(raw, MARK)).as("%s", method).isZero();
        assertThat(report.claim())
            .isEqualTo(
                method == EraseMethod.ZERO_FILL || method == EraseMethod.OVERWRITE
                    ? EraseClaim.REMOVED
                    : EraseClaim.HIDDEN);
        assertThat(report.passes()).isEqualTo(method == EraseMethod.OVERWRITE ? 2 : 1);
        assertThat(report.erasedBytes()).isGreaterThanOrEqualTo(WRITTEN_BYTES);
        assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes());
        assertThat(report.device()).startsWith("pool ").contains(pool.toString());
      }
    }
  }

  @Test
  void discardGivesTheSpaceOfAFileBack() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, POOL_BYTES);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      org.assertj.core.api.Assumptions.assumeThat(driver.capabilities().eraseMethods())
          .contains(EraseMethod.DISCARD);
      driver.create(VOLUME, VOLUME_BYTES);
      write(driver);
      assertThat(RawBytes.occurrences(file, MARK)).isPositive();
      long before = dataBytes(file);

      EraseReport report = erase(driver, new EraseRequest(EraseMethod.DISCARD, true));

      assertThat(before - dataBytes(file)).isGreaterThanOrEqualTo(report.erasedBytes() / 2);
      assertThat(RawBytes.occurrences(file, MARK)).isZero();
    }
  }

  @Test
  void methodThatTheDeviceDoesNotHaveIsRefusedAndChangesNothing() throws Exception {
    try (EngineVolumeDriver driver = memoryPool(new PagedDevice(POOL_BYTES))) {
      write(driver);

      assertThatThrownBy(() -> driver.erase(VOLUME, new EraseRequest(EraseMethod.DISCARD, true)))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.UNSUPPORTED))
          .hasMessage(
              "memory cannot be erased by discard, for it does not promise to read as zeroes"
                  + " afterwards: use zero-fill");
      assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
    }
  }

  @Test
  void overwriteWritesEveryPassAndFlushesItBeforeTheNext() throws Exception {
    PassesDevice device = new PassesDevice();
    try (EngineVolumeDriver driver = memoryPool(device)) {
      write(driver);
      assertThat(RawBytes.occurrences(device, MARK)).isPositive();
      device.watch();

      EraseReport report =
          erase(
              driver,
              new EraseRequest(EraseMethod.OVERWRITE, new ErasePasses(0xa5, 3), EraseSample.ALL));

      assertThat(report.passes()).isEqualTo(4);
      assertThat(device.passes())
          .containsExactly(
              // What is mapped, then what was discarded before.
              0xa5, -1, 0x5a, -1, 0xa5, -1, 0, -1, 0xa5, -1, 0x5a, -1, 0xa5, -1, 0, -1);
      assertThat(RawBytes.occurrences(device, MARK)).isZero();
    }
  }

  @Test
  void sampleReadsAShareBackAndTheReportSaysHowMuch() throws Exception {
    PagedDevice device = new PagedDevice(POOL_BYTES);
    try (EngineVolumeDriver driver = memoryPool(device)) {
      write(driver);
      assertThat(RawBytes.occurrences(device, MARK)).isPositive();
      EraseRequest request =
          new EraseRequest(EraseMethod.ZERO_FILL, ErasePasses.NONE, EraseSample.ofPercent(25, 42));

      EraseReport report = erase(driver, request);

      assertThat(report.request()).isEqualTo(request);
      assertThat(report.request().verify()).isFalse();
      assertThat(report.verifiedBytes()).isPositive().isLessThan(report.erasedBytes() / 2);
      assertThat(RawBytes.occurrences(device, MARK)).isZero();
    }
  }

  @Test
  void extentOfTheSampleThatIsNotZeroQuarantinesTheVolume() throws Exception {
    EraseSample sample = EraseSample.ofPercent(25, 42);
    StubbornDevice device = new StubbornDevice();
    try (EngineVolumeDriver driver = memoryPool(device)) {
      write(driver);
      device.keep(offset -> sample.takes(offset / PoolLayout.EXTENT_BYTES));

      assertThatThrownBy(
              () ->
                  erase(driver, new EraseRequest(EraseMethod.ZERO_FILL, ErasePasses.NONE, sample)))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("is not zero after the scrub");

      assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.QUARANTINED);
      device.keep(NOTHING);
    }
  }

  /** What a sample is: it says nothing of the rest, as its certificate does not. */
  @Test
  void extentBesideTheSampleIsNotLookedAt() throws Exception {
    EraseSample sample = EraseSample.ofPercent(25, 42);
    StubbornDevice device = new StubbornDevice();
    try (EngineVolumeDriver driver = memoryPool(device)) {
      write(driver);
      device.keep(offset -> !sample.takes(offset / PoolLayout.EXTENT_BYTES));

      EraseReport report =
          erase(driver, new EraseRequest(EraseMethod.ZERO_FILL, ErasePasses.NONE, sample));

      assertThat(report.verifiedBytes()).isPositive();
      assertThat(RawBytes.occurrences(device, MARK)).isPositive();
      device.keep(NOTHING);
    }
  }

  @Test
  void deviceThatKeepsTheOldBytesQuarantinesTheVolume() throws Exception {
    StubbornDevice device = new StubbornDevice();
    try (EngineVolumeDriver driver = memoryPool(device)) {
      write(driver);
      device.keep(offset -> true);

      assertThatThrownBy(() -> erase(driver, EraseRequest.zeroFillVerified()))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("is not zero after the scrub");

      assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.QUARANTINED);
      device.keep(NOTHING);
    }
  }

  private static EngineVolumeDriver memoryPool(PagedDevice device) throws Exception {
    PoolState.format(device, new UUID(1, 2));
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES);
    driver.create(VOLUME, VOLUME_BYTES);
    return driver;
  }

  /** Writes all over, discards a part and writes another part twice. */
  private static void write(EngineVolumeDriver driver) throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, marked(WRITTEN_BYTES), Durability.VISIBLE);
      BlockingIo.discard(device, 256 << 10, 512 << 10);
      BlockingIo.write(device, 4096, marked(8192), Durability.VISIBLE);
      BlockingIo.flush(device);
    }
  }

  private static ByteBuffer marked(int length) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    while (buffer.remaining() >= MARK.length) {
      buffer.put(MARK);
    }
    return buffer.position(0);
  }

  private static EraseReport erase(EngineVolumeDriver driver, EraseRequest request)
      throws Exception {
    return driver.erase(VOLUME, request).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private static long dataBytes(Path file) throws Exception {
    return io.lunette.blockio.DataRuns.of(file).stream()
        .mapToLong(io.lunette.blockio.DataRuns.Run::lengthBytes)
        .sum();
  }

  /** Notes what is written by the mebibyte, as scrubs alone write here, and flushes, as -1. */
  private static final class PassesDevice extends PagedDevice {

    private static final int LONG_WRITE = 256 << 10;
    private final List<Integer> seen = new ArrayList<>();
    private boolean watching;

    PassesDevice() {
      super(POOL_BYTES);
    }

    synchronized void watch() {
      watching = true;
    }

    /** One number for each pass, and -1 for the flush between it and the next. */
    synchronized List<Integer> passes() {
      List<Integer> passes = new ArrayList<>();
      for (int one : seen) {
        boolean repeats = !passes.isEmpty() && passes.get(passes.size() - 1) == one;
        if (!repeats && !(one == -1 && passes.isEmpty())) {
          passes.add(one);
        }
      }
      return passes;
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source)
        throws io.lunette.blockio.DeviceException {
      if (watching && source.remaining() >= LONG_WRITE) {
        seen.add(source.get(source.position()) & 0xff);
      }
      super.write(offset, source);
    }

    @Override
    public synchronized void flush() throws io.lunette.blockio.DeviceException {
      if (watching) {
        seen.add(-1);
      }
      super.flush();
    }
  }

  /** Loses long writes, as those of scrubs are, and says that all went well. */
  private static final class StubbornDevice extends PagedDevice {

    private volatile LongPredicate kept = NOTHING;

    StubbornDevice() {
      super(POOL_BYTES);
    }

    /** From now on, extents whose offset is of these keep what they hold. */
    void keep(LongPredicate places) {
      kept = places;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws io.lunette.blockio.DeviceException {
      if (source.remaining() < (256 << 10)) {
        super.write(offset, source);
        return;
      }
      for (int at = 0; at < source.remaining(); ) {
        int rest = PoolLayout.EXTENT_BYTES - (int) ((offset + at) % PoolLayout.EXTENT_BYTES);
        int length = Math.min(rest, source.remaining() - at);
        if (!kept.test(offset + at)) {
          super.write(offset + at, source.slice(source.position() + at, length));
        }
        at += length;
      }
    }
  }
}
