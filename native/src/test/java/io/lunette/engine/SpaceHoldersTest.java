/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.LayerSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An image with two clones, one of which has a snapshot, and who holds what of it. */
class SpaceHoldersTest {

  private static final long EXTENT = PoolLayout.EXTENT_BYTES;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName A = new VolumeName("a");
  private static final VolumeName B = new VolumeName("b");
  private static final VolumeName SNAPSHOT = new VolumeName("b-before");

  private final PagedDevice device = new PagedDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    PoolState.format(device, new UUID(9, 9));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(IMAGE, 8 << 20);
    write(IMAGE, 0, 40);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(A, B));
    write(A, 10, 3);
    write(B, 20, 7);
    driver.snapshot(B, SNAPSHOT);
    write(B, 30, 2);
  }

  @AfterEach
  void close() throws Exception {
    driver.close();
  }

  @Test
  void everyLayerIsNamedWithThoseWhoStandOnIt() {
    assertThat(explained(100).layers())
        .extracting(LayerSpace::bytes, LayerSpace::top, LayerSpace::volumes)
        .containsExactly(
            tuple(40, IMAGE, A, B, SNAPSHOT, IMAGE),
            tuple(7, SNAPSHOT, B, SNAPSHOT),
            tuple(3, A, A),
            tuple(2, B, B));
  }

  @Test
  void aDeletedImageIsHeldByItsClonesAlthoughNoVolumeHoldsItAlone() throws Exception {
    driver.delete(IMAGE);

    LayerSpace layer = explained(100).layers().get(0);

    assertThat(layer.bytes()).isEqualTo(40 * EXTENT);
    assertThat(layer.top()).isEmpty();
    assertThat(layer.volumeCount()).isEqualTo(3);
    assertThat(layer.volumes()).containsExactly(A, B, SNAPSHOT);
    long alone = driver.list().stream().mapToLong(VolumeInfo::allocatedBytes).sum();
    assertThat(alone).isEqualTo(driver.space().ownedBytes() - 40 * EXTENT);
  }

  @Test
  void whatIsNotNamedIsCounted() {
    SpaceExplanation explanation = explained(1);

    assertThat(explanation.layers()).hasSize(1);
    assertThat(explanation.moreLayers()).isEqualTo(3);
    assertThat(explanation.moreBytes()).isEqualTo(12 * EXTENT);
  }

  @Test
  void ofManyVolumesOnALayerOnlySomeAreNamed() throws Exception {
    for (int i = 0; i < 20; i++) {
      driver.clone(IMAGE, List.of(new VolumeName("clone-" + i)));
    }

    LayerSpace layer = explained(1).layers().get(0);

    assertThat(layer.volumeCount()).isEqualTo(24);
    assertThat(layer.volumes()).hasSize(16);
  }

  @Test
  void ofMoreVolumesThanAreLookedAtInOneHoldEachIsCountedOnce() throws Exception {
    List<VolumeName> clones =
        IntStream.range(0, 2 * ShortHolds.STEPS)
            .mapToObj(number -> new VolumeName("clone-" + number))
            .toList();
    driver.clone(IMAGE, clones);

    assertThat(explained(1).layers().get(0).volumeCount()).isEqualTo(clones.size() + 4);
  }

  /** The explanation, whose parts are the whole at each call. */
  private SpaceExplanation explained(int limit) {
    SpaceExplanation explanation = driver.explainSpace(limit);
    long named = explanation.layers().stream().mapToLong(LayerSpace::bytes).sum();
    assertThat(explanation.ownedBytes())
        .isEqualTo(named + explanation.moreBytes())
        .isEqualTo(driver.space().ownedBytes());
    return explanation;
  }

  private static Tuple tuple(long extents, VolumeName top, VolumeName... volumes) {
    return Tuple.tuple(
        extents * EXTENT,
        Optional.of(top),
        Arrays.stream(volumes).sorted(Comparator.comparing(VolumeName::value)).toList());
  }

  /** Writes a block into each of so many extents. */
  private void write(VolumeName name, int firstExtent, int extents) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, 1);
      for (int i = firstExtent; i < firstExtent + extents; i++) {
        BlockingIo.write(volume, i * EXTENT, block.duplicate(), Durability.VISIBLE);
      }
      BlockingIo.flush(volume);
    }
  }
}
