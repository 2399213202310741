/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayTrust;
import io.lunette.core.array.Arrays;
import io.lunette.core.array.CatalogArrays;
import io.lunette.core.array.ConnectedArrays;
import io.lunette.core.array.RoutingLunMasking;
import io.lunette.core.array.RoutingVolumeDriver;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.MemoryLunMasking;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A local driver and an array under one name space. */
class RoutingTest {

  private static final VolumeName HERE = new VolumeName("here");
  private static final VolumeName THERE = new VolumeName("there");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final InitiatorName SERVER = new InitiatorName("iqn.2026-11.com.example:web1");
  private static final long SIZE = 1 << 20;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private final MemoryVolumeDriver local = new MemoryVolumeDriver(new MemoryVolumes());
  private ArrayFixture fixture;
  private ConnectedArrays connected;
  private RoutingVolumeDriver driver;
  private RoutingLunMasking masking;
  private Arrays arrays;

  @BeforeEach
  void wire() throws Exception {
    fixture = new ArrayFixture(directory, Flavour.PLAIN);
    connected =
        new ConnectedArrays(
            fixture.catalog, fixture.connector(), Clock.systemUTC(), fixture.workers);
    driver = new RoutingVolumeDriver(fixture.catalog, local, connected);
    masking = new RoutingLunMasking(fixture.catalog, new MemoryLunMasking(local), connected);
    arrays =
        new CatalogArrays(
            fixture.catalog, connected, local, new CatalogAuditTrail(fixture.catalog));
    arrays.add(Actor.LUNETTE, fixture.registration(ArrayTrust.pin(fixture.certificate.sha256())));
  }

  @AfterEach
  void stop() {
    connected.close();
    fixture.close();
  }

  private void makeBoth() throws Exception {
    driver.create(HERE, SIZE);
    arrays.place(THERE, ArrayFixture.NAME);
    driver.create(THERE, SIZE);
  }

  @Test
  @Tag("WA-3")
  void aVolumeIsMadeWhereItWasPlacedAndItsClonesAreWithIt() throws Exception {
    makeBoth();
    driver.seal(THERE);

    driver.clone(THERE, List.of(CLONE));

    assertThat(local.list()).extracting(VolumeInfo::name).containsExactly(HERE);
    assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(CLONE, HERE, THERE);
    assertThat(arrays.get(ArrayFixture.NAME).volumes()).isEqualTo(2);
  }

  @Test
  void eachVolumeIsShownByWhoHasIt() throws Exception {
    makeBoth();

    masking.map(HERE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(0));
    LunMapping there = masking.map(THERE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(1));

    assertThat(there.target()).isEqualTo(EmulatedArray.TARGET);
    assertThat(masking.mappings())
        .extracting(LunMapping::volume)
        .containsExactlyInAnyOrder(HERE, THERE);
    masking.unmap(THERE, SERVER);
    assertThat(masking.mappings()).extracting(LunMapping::volume).containsExactly(HERE);
  }

  @Test
  void aNameIsTakenWhereverItsVolumeIs() throws Exception {
    makeBoth();
    driver.seal(HERE);

    assertThatThrownBy(() -> arrays.place(HERE, ArrayFixture.NAME))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("exists elsewhere");
    assertThatThrownBy(() -> driver.clone(HERE, List.of(THERE)))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.CONFLICT));
  }

  /** As where the local one was made while its pool was elsewhere. */
  @Test
  void ofTwoVolumesOfOneNameTheOneAtTheGivenPlaceIsDeleted() throws Exception {
    makeBoth();
    local.create(THERE, SIZE);
    VolumePlace array = driver.place(THERE);

    driver.delete(VolumePlace.LOCAL, THERE);

    assertThat(local.find(THERE)).isEmpty();
    assertThat(driver.find(THERE)).isPresent();
    local.create(THERE, SIZE);
    driver.delete(array, THERE);
    driver.delete(array, THERE);
    driver.delete(array, HERE);
    assertThat(arrays.get(ArrayFixture.NAME).volumes()).isZero();
    assertThat(local.list()).extracting(VolumeInfo::name).containsExactlyInAnyOrder(HERE, THERE);
  }

  @Test
  void anArrayThatIsAwayIsListedAsLastKnownAndHoldsNothingElseUp() throws Exception {
    makeBoth();
    connected.close();
    fixture.server.mishaps = request -> CimXmlServer.Mishap.DROP_BEFORE;
    try (ConnectedArrays away =
        new ConnectedArrays(
            fixture.catalog, fixture.connector(), Clock.systemUTC(), fixture.workers)) {
      RoutingVolumeDriver after = new RoutingVolumeDriver(fixture.catalog, local, away);

      assertThat(after.list()).extracting(VolumeInfo::name).containsExactly(HERE, THERE);
      assertThat(after.find(HERE)).isPresent();
      assertThatThrownBy(() -> after.find(THERE))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("array 'basement'");
      after.delete(THERE);
      assertThat(after.list()).extracting(VolumeInfo::name).containsExactly(HERE);
    }
    fixture.server.mishaps = request -> null;
    try (ConnectedArrays back =
        new ConnectedArrays(
            fixture.catalog, fixture.connector(), Clock.systemUTC(), fixture.workers)) {
      List<VolumeInfo> all = new RoutingVolumeDriver(fixture.catalog, local, back).list();
      assertThat(all).extracting(VolumeInfo::name).containsExactly(HERE);
      Eventually.holds(() -> assertThat(fixture.array.labels()).isEmpty());
    }
  }

  @Test
  void anArrayThatHoldsVolumesIsNotForgotten() throws Exception {
    makeBoth();

    assertThatThrownBy(() -> arrays.remove(Actor.LUNETTE, ArrayFixture.NAME))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("holds 1 volumes");
    driver.delete(THERE);
    Eventually.holds(() -> assertThat(fixture.array.labels()).isEmpty());
    Eventually.holds(() -> assertThat(isForgotten()).isTrue());
    assertThat(arrays.list()).isEmpty();
  }

  private boolean isForgotten() throws DomainException {
    try {
      arrays.remove(Actor.LUNETTE, ArrayFixture.NAME);
      return true;
    } catch (DomainException e) {
      assertThat(e.kind()).isEqualTo(DomainException.Kind.BUSY);
      return false;
    }
  }
}
