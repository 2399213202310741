/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.ArrayTrust;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an array is asked, how often, and what it shows to whom. */
class SmisArrayTest {

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName REPLICA = new VolumeName("replica");
  private static final InitiatorName SERVER = new InitiatorName("iqn.2026-11.com.example:web1");
  private static final InitiatorName OTHER = new InitiatorName("iqn.2026-11.com.example:web2");
  private static final long SIZE = 1 << 20;

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private ArrayFixture fixture;

  @AfterEach
  void stopArray() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private ArrayDriver array(Flavour flavour) throws Exception {
    fixture = new ArrayFixture(directory, flavour);
    return fixture.open();
  }

  @Test
  void listingTakesAsManyRoundTripsForTenThousandVolumesAsForNone() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(IMAGE, SIZE);
      Eventually.holds(() -> assertThat(tripsOf(driver)).isEqualTo(tripsOf(driver)));
      int few = tripsOf(driver);

      fixture.array.fill(10_000);

      assertThat(tripsOf(driver)).isEqualTo(few);
      assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(IMAGE);
    }
  }

  private int tripsOf(ArrayDriver driver) throws VolumeException {
    int before = fixture.server.requests();
    List<VolumeInfo> unused = driver.list();
    return fixture.server.requests() - before;
  }

  @Test
  void aVolumeIsSeenByItsInitiatorUnderItsNumberAndByNobodyElse() throws Exception {
    for (Flavour flavour :
        List.of(Flavour.PLAIN.withPrefix("ACME"), Flavour.PLAIN.with(Flavour.Trait.GROUPS))) {
      Path own = java.nio.file.Files.createTempDirectory(directory, "array");
      fixture = new ArrayFixture(own, flavour);
      try (ArrayDriver driver = fixture.open()) {
        driver.create(IMAGE, SIZE);
        driver.create(REPLICA, SIZE);

        LunMapping first = driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(3));
        LunMapping second = driver.map(REPLICA, SERVER, AccessMode.READ_WRITE, OptionalInt.of(5));

        assertThat(first.lun()).isEqualTo(3);
        assertThat(first.portal()).isEqualTo("192.0.2.1:3260");
        assertThat(first.target()).isEqualTo(EmulatedArray.TARGET);
        assertThat(driver.mappings()).containsExactlyInAnyOrder(first, second);
        assertThat(driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(3)))
            .isEqualTo(first);
        assertThat(fixture.array.seen(OTHER.value(), 3)).isNull();
        driver.unmap(IMAGE, SERVER);
        driver.unmap(IMAGE, SERVER);
        assertThat(driver.mappings()).containsExactly(second);
        driver.unmap(REPLICA, SERVER);
        assertThat(fixture.array.viewCount()).isZero();
      }
      fixture.close();
    }
  }

  @Test
  void aSealedVolumeIsShownForReadingAlone() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(IMAGE, SIZE);
      driver.seal(IMAGE);

      assertThat(driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.empty()).mode())
          .isEqualTo(AccessMode.READ_ONLY);
    }
  }

  @Test
  void aVolumeThatAServerWritesToIsNotSealed() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(IMAGE, SIZE);
      driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.empty());

      assertThatThrownBy(() -> driver.seal(IMAGE))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("unmap it first");
    }
  }

  @Test
  void anArrayThatChoosesNumbersItselfIsTakenAtItsWord() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.CHOOSES_NUMBERS))) {
      driver.create(IMAGE, SIZE);

      LunMapping mapping = driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(0));

      assertThat(mapping.lun()).isEqualTo(17);
      assertThat(driver.map(IMAGE, SERVER, AccessMode.READ_WRITE, OptionalInt.of(0)))
          .isEqualTo(mapping);
    }
  }

  @Test
  void aNumberThatTheArrayDoesNotSayIsNotGuessed() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.NUMBERLESS))) {
      driver.create(IMAGE, SIZE);

      assertThatThrownBy(() -> driver.open(IMAGE, AccessMode.READ_WRITE))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.UNSUPPORTED))
          .hasMessageContaining("does not say as which LUN it shows volume 'image'");
    }
  }

  @Test
  void masksByGroupsCannotShowReadOnly() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.GROUPS))) {
      driver.create(IMAGE, SIZE);

      assertThatThrownBy(() -> driver.map(IMAGE, SERVER, AccessMode.READ_ONLY, OptionalInt.empty()))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.UNSUPPORTED));
      assertThat(fixture.array.groupCount()).isZero();
    }
  }

  @Test
  void whatIsUnderWayAtAKillIsTakenUpAndNotDoneTwice() throws Exception {
    ArrayDriver first = array(Flavour.PLAIN.withJobs(1_000_000));
    CompletableFuture<Object> making =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return first.create(REPLICA, SIZE);
              } catch (VolumeException e) {
                return e;
              }
            },
            fixture.workers);
    Eventually.holds(
        () ->
            assertThat(fixture.server.asked("CreateOrModifyElementFromStoragePool")).isEqualTo(1));
    Eventually.holds(() -> assertThat(fixture.server.asked("GetInstance")).isGreaterThan(5));

    try (ArrayDriver second = fixture.open()) {
      fixture.array.endJobs();

      Eventually.holds(
          () ->
              assertThat(second.find(REPLICA).map(VolumeInfo::state))
                  .contains(VolumeState.WRITABLE));
      assertThat(fixture.server.asked("CreateOrModifyElementFromStoragePool")).isEqualTo(1);
      assertThat(fixture.array.labels()).hasSize(1);
    }
    assertThat(making.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void anIndicationEndsTheWaitForAJob() throws Exception {
    fixture = new ArrayFixture(directory, Flavour.PLAIN.withJobs(1_000_000));
    fixture.listen = java.util.Optional.of("127.0.0.1:0");
    Duration hours = Duration.ofHours(5);
    fixture.timeouts = new ArrayTimeouts(hours, hours, hours, hours, hours);
    try (ArrayDriver driver = fixture.open()) {
      assertThat(driver.describe().indications()).isTrue();
      CompletableFuture<Object> making =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return driver.create(IMAGE, SIZE);
                } catch (VolumeException e) {
                  return e;
                }
              },
              fixture.workers);
      Eventually.holds(
          () -> {
            fixture.array.endJobs();
            assertThat(making).isDone();
          });

      assertThat(making.join()).isInstanceOf(VolumeInfo.class);
    }
    assertThat(fixture.array.destination()).isNull();
  }

  @Test
  void aWrittenVolumeIsOverwrittenBeforeItsSpaceIsReturned() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(IMAGE, SIZE);
      DeviceContent.write(driver, IMAGE, 0, DeviceContent.pattern(8192, 7));
      int before = fixture.server.asked("ExposePaths");

      driver.delete(IMAGE);

      Eventually.holds(() -> assertThat(fixture.array.labels()).isEmpty());
      assertThat(fixture.server.asked("ExposePaths")).isGreaterThan(before);
    }
  }

  @Test
  void theErasureServiceIsUsedWhereItHasTheMethodAndReadBack() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.ERASURE))) {
      driver.create(IMAGE, SIZE);
      DeviceContent.write(driver, IMAGE, 0, DeviceContent.pattern(8192, 7));

      EraseReport report =
          driver
              .erase(IMAGE, EraseRequest.zeroFillVerified())
              .result()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);

      assertThat(report.device()).contains("basement").endsWith("by its erasure service");
      assertThat(report.verifiedBytes()).isEqualTo(SIZE);
      assertThat(DeviceContent.read(driver, IMAGE, 0, 8192)).containsOnly(0);
    }
  }

  @Test
  void anErasedCloneIsMadeAnewAndTheOldOneReturned() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      byte[] golden = DeviceContent.pattern(8192, 1);
      driver.create(IMAGE, SIZE);
      DeviceContent.write(driver, IMAGE, 0, golden);
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(REPLICA));
      DeviceContent.write(driver, REPLICA, 4096, DeviceContent.pattern(8192, 2));

      driver
          .erase(REPLICA, EraseRequest.zeroFillVerified())
          .result()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);

      assertThat(DeviceContent.read(driver, REPLICA, 0, 8192)).isEqualTo(golden);
      assertThat(fixture.array.labels()).hasSize(2);
      assertThat(fixture.server.asked("CreateElementReplica")).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatEndsWithItsAnswerIsNoTrouble() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.CLOSES))) {
      driver.create(IMAGE, SIZE);

      assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(IMAGE);
    }
    assertThat(fixture.server.asked("CreateOrModifyElementFromStoragePool")).isEqualTo(1);
  }

  @Test
  void anArrayMayHaveOtherWaysToSayWhoOneIsToo() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.with(Flavour.Trait.CHALLENGES))) {
      assertThat(driver.list()).isEmpty();
    }
  }

  /** The first interop namespace that is asked for is not there, and the server says so. */
  @ParameterizedTest
  @EnumSource(SimpleHttpServer.Style.class)
  void httpIsUnderstoodHoweverOldAndErrorsWhereverTheyAre(SimpleHttpServer.Style style)
      throws Exception {
    fixture = new ArrayFixture(directory, Flavour.PLAIN.withInterop("root/PG_InterOp"));
    fixture.open().close();
    try (SimpleHttpServer old =
            new SimpleHttpServer(fixture.certificate, style, fixture.array::answer);
        ArrayDriver driver =
            fixture.connect(
                fixture.registration(
                    ArrayTrust.pin(fixture.certificate.sha256()), "localhost", old.port()))) {
      driver.create(IMAGE, SIZE);

      assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(IMAGE);
      assertThat(fixture.array.labels()).hasSize(1);
    }
  }

  @Test
  void aVolumeThatTheArrayNamesAsItLikesIsFoundByItsJob() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN.withJobs(1).mangling(label -> "disk"))) {
      driver.create(IMAGE, SIZE);
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(REPLICA));

      assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(IMAGE, REPLICA);
      assertThat(fixture.array.labels()).containsExactly("disk", "disk");
    }
  }

  @Test
  void namesAreRecognisedHoweverTheyWereMangled() {
    String token = "lnt0123456789ab";

    assertThat(BlockServices.bears("LNT0123456789AB_WEB", token)).isTrue();
    assertThat(BlockServices.bears("vol_lnt-0123-4567-89ab", token)).isTrue();
    assertThat(BlockServices.bears("lnt0123456789ab", token)).isTrue();
    assertThat(BlockServices.bears("lnt0123456789a", token)).isFalse();
  }
}
