/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.EraseRequest;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a scrub writes past a cache that may keep it together with what others write. */
class PastCacheTest {

  private static final long MIB = 1 << 20;
  private static final long UNIT = 2 * MIB;
  private static final long EXTENT = PoolLayout.EXTENT_BYTES;

  private final CachedDevice device = new CachedDevice();
  private final ExecutorService workers = Executors.newFixedThreadPool(RunEraser.DEPTH);
  private Pool pool;
  private RunEraser eraser;

  @BeforeEach
  void openThePool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    eraser = new RunEraser(pool, workers, new ScrubPace(() -> 0, System::nanoTime, nanos -> {}));
  }

  @AfterEach
  void closeThePool() throws Exception {
    workers.shutdown();
    pool.close();
  }

  @Test
  void onlyWhatIsErasedWholeGoesPastIt() throws Exception {
    erase(32 * MIB + EXTENT, 37 * MIB + 3 * EXTENT);

    assertThat(device.past).containsExactly(entry(34 * MIB, MIB), entry(35 * MIB, MIB));
  }

  @Test
  void whatFillsItGoesPastItInRunsOfFullLength() throws Exception {
    erase(32 * MIB, 36 * MIB);

    assertThat(device.past)
        .containsExactly(
            entry(32 * MIB, MIB), entry(33 * MIB, MIB), entry(34 * MIB, MIB), entry(35 * MIB, MIB));
  }

  /** A live block in the middle of what is erased. */
  @Test
  void whatOthersHaveABlockOfGoesThroughIt() throws Exception {
    List<Long> entries = entries(32 * MIB, 36 * MIB);
    entries.set(3, MapEntry.of(MapEntry.extent(entries.get(3)), 0xFFEF));

    eraser.erase(DirtyRuns.of(entries), EraseRequest.zeroFillVerified(), () -> {});

    assertThat(device.past).containsExactly(entry(34 * MIB, MIB), entry(35 * MIB, MIB));
  }

  private void erase(long from, long to) throws Exception {
    eraser.erase(DirtyRuns.of(entries(from, to)), EraseRequest.zeroFillVerified(), () -> {});
  }

  private static List<Long> entries(long from, long to) {
    return LongStream.range(from / EXTENT, to / EXTENT)
        .map(extent -> MapEntry.of(extent, PoolLayout.FULL_MASK))
        .boxed()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static Map.Entry<Long, Long> entry(long offset, long length) {
    return Map.entry(offset, length);
  }

  /** Notes what goes past its cache. */
  private static final class CachedDevice extends PagedDevice {

    private final NavigableMap<Long, Long> past = new ConcurrentSkipListMap<>();

    CachedDevice() {
      super(64 * MIB);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.DIRECT_IO);
    }

    @Override
    public long cachedTogetherBytes() {
      return UNIT;
    }

    @Override
    public void writePast(long offset, ByteBuffer source) throws DeviceException {
      past.put(offset, (long) source.remaining());
      super.writePast(offset, source);
    }
  }
}
