/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.array.ArrayDriver;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An array that fails in the middle: the error is typed and names it, and nothing is left behind.
 */
class ArrayFaultTest {

  private static final VolumeName NAME = new VolumeName("web");
  private static final long SIZE = 1 << 20;
  private static final String CREATE = "CreateOrModifyElementFromStoragePool";
  private static final String REPLICATE = "CreateElementReplica";

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private ArrayFixture fixture;

  @AfterEach
  void stopArray() {
    fixture.close();
  }

  private ArrayDriver array(Flavour flavour) throws Exception {
    fixture = new ArrayFixture(directory, flavour);
    fixture.timeouts =
        new ArrayTimeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofMillis(1),
            Duration.ofSeconds(30));
    return fixture.open();
  }

  private static void assertFails(ArrayDriver driver) {
    assertThatThrownBy(() -> driver.create(NAME, SIZE))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(VolumeException.Kind.IO);
              assertThat(e).hasMessageContaining("array 'basement'");
            });
  }

  private void mishapOnce(String method, CimXmlServer.Mishap mishap) {
    AtomicBoolean due = new AtomicBoolean(true);
    fixture.server.mishaps =
        request -> request.name().equals(method) && due.getAndSet(false) ? mishap : null;
  }

  @ParameterizedTest
  @EnumSource(CimXmlServer.Mishap.class)
  void aVolumeWhoseMakingWasNotAnsweredIsMadeOnceAndNoneIsLeftOver(CimXmlServer.Mishap mishap)
      throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      mishapOnce(CREATE, mishap);
      VolumeException failure = null;
      try {
        VolumeInfo unused = driver.create(NAME, SIZE);
      } catch (VolumeException e) {
        failure = e;
      }
      if (failure != null) {
        assertThat(failure.kind()).isEqualTo(VolumeException.Kind.IO);
        assertThat(failure).hasMessageContaining("array 'basement'");
        fixture.server.revive();
        assertThat(driver.find(NAME)).isEmpty();
      }

      VolumeInfo made = driver.create(NAME, SIZE);

      assertThat(driver.list()).extracting(VolumeInfo::uuid).containsExactly(made.uuid());
      Eventually.holds(() -> assertThat(fixture.array.labels()).hasSize(1));
    }
  }

  @Test
  void aJobThatFailsGivesItsReasonAndLeavesNoVolume() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      fixture.array.failNextJob();

      assertThatThrownBy(() -> driver.create(NAME, SIZE))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("array 'basement'")
          .hasMessageContaining("the shelf fell over");

      assertThat(driver.find(NAME)).isEmpty();
      assertThat(fixture.array.labels()).isEmpty();
    }
  }

  @Test
  void aCloneThatFailsLeavesTheOthersAndItselfNotThere() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      driver.seal(NAME);
      fixture.array.failNextJob();

      assertThatThrownBy(() -> driver.clone(NAME, List.of(new VolumeName("replica"))))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("cannot make volume 'replica'");

      assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(NAME);
      assertThat(driver.clone(NAME, List.of(new VolumeName("replica")))).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CREATE, "GetInstance"})
  void whatAnArrayMadeBeforeItDiedIsReturnedWhenItIsBack(String last) throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      mishapOnce(last, CimXmlServer.Mishap.DIE);
      assertFails(driver);
      fixture.server.awaitDeath();
      assertThat(fixture.array.labels()).hasSize(1);

      fixture.server.revive();

      Eventually.holds(() -> assertThat(fixture.array.labels()).isEmpty());
    }
  }

  @Test
  void aCloneThatAnArrayWasMakingWhenItDiedIsReturnedOnceItIsWhole() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      driver.seal(NAME);
      fixture.array.copySlowly(true);
      mishapOnce(REPLICATE, CimXmlServer.Mishap.DIE);
      assertThatThrownBy(() -> driver.clone(NAME, List.of(new VolumeName("replica"))))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("cannot make volume 'replica'");
      fixture.server.awaitDeath();
      fixture.server.revive();
      Eventually.holds(
          () -> assertThat(fixture.server.asked("ModifyReplicaSynchronization")).isPositive());
      assertThat(fixture.array.labels()).hasSize(2);

      fixture.array.copySlowly(false);

      Eventually.holds(() -> assertThat(fixture.array.labels()).hasSize(1));
    }
  }

  @Test
  void anArrayThatStartsAnewWhileItCopiesIsAskedForTheCopyOnce() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      driver.seal(NAME);
      fixture.array.copySlowly(true);
      AtomicInteger looks = new AtomicInteger();
      fixture.server.mishaps =
          request ->
              request.name().equals("References") && looks.incrementAndGet() == 3
                  ? CimXmlServer.Mishap.DIE
                  : null;
      Job<VolumeInfo> copy = driver.copy(NAME, new VolumeName("copy"));
      fixture.server.awaitDeath();
      fixture.server.revive();
      Eventually.holds(() -> assertThat(looks.get()).isGreaterThan(3));
      fixture.array.copySlowly(false);

      assertThat(copy.result().toCompletableFuture().get(60, SECONDS).state())
          .isEqualTo(VolumeState.WRITABLE);
      assertThat(fixture.server.asked(REPLICATE)).isEqualTo(1);
      assertThat(fixture.array.labels()).hasSize(2);
    }
  }

  @Test
  void aCloneThatWasLeftIsTakenUpByTheNextConnection() throws Exception {
    VolumeName replica = new VolumeName("replica");
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      driver.seal(NAME);
      fixture.array.copySlowly(true);
      CompletableFuture<List<VolumeInfo>> clone =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return driver.clone(NAME, List.of(replica));
                } catch (VolumeException e) {
                  throw new CompletionException(e);
                }
              });
      Eventually.holds(() -> assertThat(fixture.server.asked("References")).isPositive());

      driver.leave();

      assertThatThrownBy(() -> clone.get(60, SECONDS)).hasMessageContaining("it was left");
    }
    try (ArrayDriver driver = fixture.open()) {
      fixture.array.copySlowly(false);
      Eventually.holds(() -> assertThat(driver.find(replica)).isPresent());
      assertThat(fixture.server.asked(REPLICATE)).isEqualTo(1);
      assertThat(fixture.array.labels()).hasSize(2);
    }
  }

  @Test
  void aCloneMadeAnewThatIsLateIsNoSecondOne() throws Exception {
    VolumeName replica = new VolumeName("replica");
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      driver.seal(NAME);
      driver.clone(NAME, List.of(replica));
      mishapOnce(REPLICATE, CimXmlServer.Mishap.LATE);
      assertThatThrownBy(() -> erase(driver, replica)).hasMessageContaining("cannot make anew");

      erase(driver, replica);
      List<String> labels;
      synchronized (fixture.array) {
        fixture.server.catchUp();
        labels = fixture.array.labels();
      }

      assertThat(labels).hasSize(3).doesNotHaveDuplicates();
      Eventually.holds(() -> assertThat(fixture.array.labels()).hasSize(2));
      assertThat(driver.find(replica).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
      assertThat(driver.list())
          .extracting(VolumeInfo::name)
          .containsExactlyInAnyOrder(NAME, replica);
    }
  }

  private static void erase(ArrayDriver driver, VolumeName volume) throws Exception {
    driver
        .erase(volume, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(60, SECONDS);
  }

  @Test
  void aDeleteWhileTheArrayIsAwayIsDoneWhenItAnswersAgain() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      fixture.server.mishaps = request -> CimXmlServer.Mishap.DROP_BEFORE;

      driver.delete(NAME);
      assertThat(fixture.array.labels()).hasSize(1);
      fixture.server.mishaps = request -> null;

      Eventually.holds(
          () -> {
            assertThat(driver.list()).isEmpty();
            assertThat(fixture.array.labels()).isEmpty();
          });
    }
  }

  @Test
  void anAnswerWithADocumentTypeReadsNoFile() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      driver.create(NAME, SIZE);
      fixture.server.mishaps = request -> CimXmlServer.Mishap.ENTITY;

      try {
        assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(NAME);
      } catch (VolumeException e) {
        assertThat(e).hasMessageContaining("array 'basement'");
      }
    }
  }

  @Test
  void brokenAnswersAreTypedErrors() throws Exception {
    try (ArrayDriver driver = array(Flavour.PLAIN)) {
      fixture.server.mishaps = request -> CimXmlServer.Mishap.BROKEN;

      assertFails(driver);
      assertThatThrownBy(driver::list)
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("array 'basement'");
      fixture.server.mishaps = request -> null;
    }
  }
}
