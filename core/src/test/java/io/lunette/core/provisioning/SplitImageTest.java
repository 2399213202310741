/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.ACME;
import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocatedLun;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.LunRole;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.image.ImageSource;
import io.lunette.core.image.SharedPortion;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A read-only portion that all servers share, and a writable volume for each. */
final class SplitImageTest {

  private static final ImageName SPLIT = new ImageName("split");

  @TempDir private Path directory;
  private CoreFixture fixture;
  private Image image;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start();
    image = fixture.imported(portions(7, 8)).image();
    fixture.core.pools().set(OPERATOR, SPLIT, PoolChange.ready(2));
    fixture.addServer(S1);
    fixture.addServer(S2);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private ImageImport portions(long shared, long writable) throws Exception {
    return new ImageImport(
        SPLIT,
        Optional.empty(),
        new ImageSource(
            fixture.imageFile(new ImageName("writable"), writable),
            Optional.of(fixture.imageFile(new ImageName("shared"), shared)),
            OptionalInt.empty()),
        "a test",
        ImageLabels.NONE,
        true);
  }

  private ImageImport unsplit(ImageName name) throws Exception {
    return new ImageImport(
        name,
        Optional.empty(),
        new ImageSource(fixture.imageFile(name, 9), Optional.empty(), OptionalInt.empty()),
        "a test",
        ImageLabels.NONE,
        true);
  }

  private Allocation allocated(ServerName server) throws Exception {
    return ((AllocationOutcome.Allocated)
            fixture.core.allocations().allocate(OPERATOR, server, ACME, SPLIT))
        .allocation();
  }

  private VolumeName shared() {
    return image.shared().map(SharedPortion::volume).orElseThrow();
  }

  private List<VolumeName> seenBy(ServerName server) {
    return fixture.masking.mappings().stream()
        .filter(mapping -> mapping.initiator().equals(CoreFixture.initiator(server)))
        .map(LunMapping::volume)
        .toList();
  }

  @Test
  @Tag("CH-12")
  @Tag("CH-13")
  @Tag("CH-14")
  @Tag("HA-3")
  void eachServerHasAWritableVolumeAndAllShareOneReadOnlyOne() throws Exception {
    Allocation one = allocated(S1);
    Allocation two = allocated(S2);

    assertThat(one.luns())
        .extracting(AllocatedLun::role)
        .containsExactly(LunRole.SHARED, LunRole.REPLICA);
    assertThat(one.boot().volume()).isEqualTo(shared());
    assertThat(one.boot().lun()).isZero();
    assertThat(one.boot().mode()).isEqualTo(AccessMode.READ_ONLY);
    assertThat(one.mapping().lun()).isEqualTo(1);
    assertThat(one.mapping().volume()).isEqualTo(one.replica().volume());
    assertThat(seenBy(S1)).containsExactlyInAnyOrder(shared(), one.replica().volume());
    assertThat(seenBy(S2)).containsExactlyInAnyOrder(shared(), two.replica().volume());
    assertThat(fixture.core.allocations().list()).containsExactly(one, two);
    assertThat(fixture.core.allocations().find(S1)).contains(one);
  }

  @Test
  void everyVersionIsSplitOrNoneIs() throws Exception {
    assertRefused(
        DomainException.Kind.CONFLICT,
        () -> fixture.core.images().importRaw(OPERATOR, unsplit(SPLIT)));
    ImageName whole = new ImageName("whole");
    fixture.imported(unsplit(whole));
    ImageImport portions = portions(7, 8);
    assertRefused(
        DomainException.Kind.CONFLICT,
        () ->
            fixture
                .core
                .images()
                .importRaw(
                    OPERATOR,
                    new ImageImport(
                        whole,
                        Optional.empty(),
                        portions.source(),
                        "a test",
                        ImageLabels.NONE,
                        true)));

    assertThat(fixture.core.images().list()).hasSize(2).allMatch(Image::current);
  }

  @Test
  @Tag("CH-15")
  void releaseTakesBothAndLeavesThePortionToOthers() throws Exception {
    allocated(S1);
    Allocation two = allocated(S2);

    fixture.core.allocations().release(OPERATOR, S1);

    assertThat(seenBy(S1)).isEmpty();
    assertThat(seenBy(S2)).containsExactlyInAnyOrder(shared(), two.replica().volume());
  }

  @Test
  @Tag("CH-16")
  void onlyTheWritableVolumeIsScrubbed() throws Exception {
    Allocation one = allocated(S1);
    byte[] secret = DeviceContent.pattern(8192, 99);
    DeviceContent.write(fixture.driver, one.replica().volume(), 4096, secret);
    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(fixture.replica(one.replica()).state()).isEqualTo(ReplicaState.READY);
    assertThat(DeviceContent.read(fixture.driver, one.replica().volume(), 0, 65536))
        .isEqualTo(DeviceContent.pattern(65536, 8));
    assertThat(DeviceContent.read(fixture.driver, shared(), 0, 65536))
        .isEqualTo(DeviceContent.pattern(65536, 7));
  }

  @Test
  void portionThatCouldNotBeTakenHoldsTheReleaseUp() throws Exception {
    Allocation one = allocated(S1);
    fixture.masking.failUnmaps(1);
    assertRefused(DomainException.Kind.IO, () -> fixture.core.allocations().release(OPERATOR, S1));
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isZero();

    fixture.core.tick();

    assertThat(fixture.masking.mappings()).isEmpty();
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isEqualTo(1);
    assertThat(fixture.replica(one.replica()).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void restartShowsBothAgainUnderTheirNumbers() throws Exception {
    Allocation one = allocated(S1);

    fixture.restart();

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.core.allocations().find(S1)).contains(one);
    assertThat(fixture.masking.mappings())
        .containsExactlyInAnyOrderElementsOf(
            one.luns().stream().map(AllocatedLun::mapping).toList());
  }

  @Test
  void portionStaysAsLongAsAServerSeesIt() throws Exception {
    allocated(S1);
    fixture.imported(portions(9, 8));
    fixture.core.images().retire(OPERATOR, ImageRef.of(SPLIT, 1));
    assertThat(fixture.driver.find(shared())).isPresent();

    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.tick();

    assertThat(fixture.driver.find(shared())).isEmpty();
    assertThat(fixture.core.images().find(ImageRef.of(SPLIT, 1))).isEmpty();
  }

  @Test
  void versionIsUnchangedOnlyIfBothPortionsAre() throws Exception {
    assertThat(fixture.imported(portions(7, 8)).unchanged()).isTrue();
    assertThat(fixture.imported(portions(9, 8)).unchanged()).isFalse();
  }

  @Test
  void portionIsNotMappedTwiceToOneServer() throws Exception {
    fixture.core.mappings().map(OPERATOR, shared(), S1, OptionalInt.empty(), AccessMode.READ_ONLY);

    assertRefused(DomainException.Kind.BUSY, () -> allocated(S1));
    assertThat(fixture.count(ReplicaState.ALLOCATED)).isZero();
  }
}
