/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static io.lunette.core.volume.DriverFixture.assertRefused;
import static io.lunette.core.volume.DriverFixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lunette.core.block.BlockDevice;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Names, states and repeatability: what becomes of volumes, not of their bytes. */
interface VolumeLifecycleConformance extends DriverFixture {

  @Test
  default void createdVolumeIsFoundAndListed() throws Exception {
    VolumeInfo made = driver().create(name("a"), SIZE);

    assertThat(made.name()).isEqualTo(name("a"));
    assertThat(made.sizeBytes()).isEqualTo(SIZE);
    assertThat(made.origin()).isEmpty();
    assertThat(made.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(driver().find(name("a")).orElseThrow().uuid()).isEqualTo(made.uuid());
    assertThat(driver().list()).extracting(VolumeInfo::name).containsExactly(name("a"));
  }

  @Test
  default void unknownVolumeIsNotFound() throws Exception {
    assertThat(driver().find(name("none"))).isEmpty();
    assertRefused(
        VolumeException.Kind.NOT_FOUND, () -> driver().open(name("none"), AccessMode.READ_ONLY));
    assertRefused(VolumeException.Kind.NOT_FOUND, () -> driver().seal(name("none")));
    assertRefused(
        VolumeException.Kind.NOT_FOUND, () -> driver().clone(name("none"), List.of(name("b"))));
    assertRefused(
        VolumeException.Kind.NOT_FOUND,
        () -> driver().erase(name("none"), EraseRequest.zeroFillVerified()));
  }

  @Test
  default void creatingAgainReturnsTheSameVolume() throws Exception {
    UUID first = driver().create(name("a"), SIZE).uuid();

    assertThat(driver().create(name("a"), SIZE).uuid()).isEqualTo(first);
    assertThat(driver().list()).hasSize(1);
  }

  @Test
  default void creatingWithAnotherSizeConflicts() throws Exception {
    driver().create(name("a"), SIZE);

    assertRefused(VolumeException.Kind.CONFLICT, () -> driver().create(name("a"), 2 * SIZE));
  }

  @Test
  default void sizeThatIsNotAPositiveMultipleOf4096IsInvalid() {
    for (long size : new long[] {0, -4096, 512, 4097}) {
      assertRefused(VolumeException.Kind.INVALID, () -> driver().create(name("a"), size));
    }
  }

  @Test
  default void sealedVolumeStaysSealedWhenSealedAgain() throws Exception {
    driver().create(name("a"), SIZE);

    assertThat(driver().seal(name("a")).state()).isEqualTo(VolumeState.SEALED);
    assertThat(driver().seal(name("a")).state()).isEqualTo(VolumeState.SEALED);
  }

  @Test
  default void onlyASealedVolumeCanBeCloned() throws Exception {
    driver().create(name("a"), SIZE);

    assertRefused(VolumeException.Kind.BUSY, () -> driver().clone(name("a"), List.of(name("b"))));
    assertThat(driver().find(name("b"))).isEmpty();
  }

  @Test
  default void clonesAreReturnedInTheOrderOfTheirNames() throws Exception {
    sealedVolume("image");
    List<VolumeName> names =
        IntStream.range(0, 200).mapToObj(i -> name("clone-" + (199 - i))).toList();

    List<VolumeInfo> made = driver().clone(name("image"), names);

    assertThat(made).extracting(VolumeInfo::name).isEqualTo(names);
    assertThat(made).extracting(VolumeInfo::uuid).doesNotHaveDuplicates();
    assertThat(made)
        .allSatisfy(
            clone -> {
              assertThat(clone.origin()).contains(name("image"));
              assertThat(clone.sizeBytes()).isEqualTo(SIZE);
              assertThat(clone.state()).isEqualTo(VolumeState.WRITABLE);
            });
    assertThat(driver().list()).hasSize(201);
  }

  @Test
  default void cloningAgainReturnsTheSameClonesAndMakesThoseThatAreMissing() throws Exception {
    sealedVolume("image");
    UUID first = driver().clone(name("image"), List.of(name("b"))).get(0).uuid();

    List<VolumeInfo> again = driver().clone(name("image"), List.of(name("b"), name("c")));

    assertThat(again.get(0).uuid()).isEqualTo(first);
    assertThat(again.get(1).name()).isEqualTo(name("c"));
    assertThat(driver().list()).hasSize(3);
  }

  @Test
  default void cloneNamedLikeAVolumeOfAnotherOriginConflictsAndMakesNone() throws Exception {
    sealedVolume("image");
    driver().create(name("taken"), SIZE);

    assertRefused(
        VolumeException.Kind.CONFLICT,
        () -> driver().clone(name("image"), List.of(name("new"), name("taken"))));
    assertThat(driver().find(name("new"))).isEmpty();
  }

  @Test
  default void deletedVolumeIsGoneAndDeletingAgainSucceeds() throws Exception {
    UUID first = driver().create(name("a"), SIZE).uuid();

    driver().delete(name("a"));
    driver().delete(name("a"));

    assertThat(driver().find(name("a"))).isEmpty();
    assertThat(driver().create(name("a"), SIZE).uuid()).isNotEqualTo(first);
  }

  @Test
  default void aVolumeIsDeletedAtItsPlaceAndNoOther() throws Exception {
    driver().create(name("a"), SIZE);
    driver().create(name("b"), SIZE);
    VolumePlace place = driver().place(name("a"));

    driver().delete(place, name("a"));
    driver().delete(place, name("a"));

    assertThat(driver().list()).extracting(VolumeInfo::name).containsExactly(name("b"));
  }

  @Test
  default void openVolumeIsNeitherDeletedNorErased() throws Exception {
    driver().create(name("a"), SIZE);

    try (BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE)) {
      assertThat(device.geometry().sizeBytes()).isEqualTo(SIZE);
      assertRefused(VolumeException.Kind.BUSY, () -> driver().delete(name("a")));
      assertRefused(
          VolumeException.Kind.BUSY, () -> driver().delete(driver().place(name("a")), name("a")));
      assertRefused(
          VolumeException.Kind.BUSY,
          () -> driver().erase(name("a"), EraseRequest.zeroFillVerified()));
    }

    driver().delete(name("a"));
    assertThat(driver().find(name("a"))).isEmpty();
  }

  @Test
  default void sealedVolumeIsNeitherErasedNorResized() throws Exception {
    sealedVolume("image");

    assertRefused(
        VolumeException.Kind.BUSY,
        () -> driver().erase(name("image"), EraseRequest.zeroFillVerified()));
    if (driver().capabilities().resize()) {
      assertRefused(VolumeException.Kind.BUSY, () -> driver().resize(name("image"), 2 * SIZE));
    }
  }

  @Test
  default void volumesKeepNameIdentityOriginAndStateWhenReopened() throws Exception {
    sealedVolume("image");
    driver().clone(name("image"), List.of(name("b"), name("c")));
    driver().create(name("plain"), 2 * SIZE);
    driver().delete(name("c"));
    List<Lasting> before = driver().list().stream().map(Lasting::of).toList();

    reopen();

    assertThat(driver().list()).extracting(Lasting::of).isEqualTo(before).hasSize(3);
  }

  @Test
  default void snapshotIsSealedAndRepeatable() throws Exception {
    assumeTrue(driver().capabilities().snapshots());
    driver().create(name("a"), SIZE);

    VolumeInfo first = driver().snapshot(name("a"), name("a@1"));

    assertThat(first.state()).isEqualTo(VolumeState.SEALED);
    assertThat(driver().snapshot(name("a"), name("a@1")).uuid()).isEqualTo(first.uuid());
    assertThat(driver().find(name("a")).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
  }

  @Test
  default void spaceAddsUp() throws Exception {
    driver().create(name("a"), SIZE);
    driver().create(name("b"), 2 * SIZE);

    PoolSpace space = driver().space();

    assertThat(space.virtualBytes()).isEqualTo(3 * SIZE);
    assertThat(space.cleanBytes()).isPositive();
    assertThat(space.ownedBytes() + space.dirtyBytes() + space.metadataBytes() + space.cleanBytes())
        .isLessThanOrEqualTo(space.capacityBytes());
  }

  private void sealedVolume(String value) throws VolumeException {
    driver().create(name(value), SIZE);
    driver().seal(name(value));
  }

  /** What of a volume must not change by itself. */
  record Lasting(VolumeName name, UUID uuid, long size, Object origin, VolumeState state) {
    static Lasting of(VolumeInfo info) {
      return new Lasting(info.name(), info.uuid(), info.sizeBytes(), info.origin(), info.state());
    }
  }
}
