/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The certificates of erases by hand that a crash cuts short, or whose end nobody heard. */
final class HandEraseCrashTest extends HandEraseCase {

  /** As one of which a page cannot be read. */
  @Test
  void aVolumeThatCannotBeAskedCostsNoOtherItsCertificate() throws Exception {
    VolumeName other = new VolumeName("other");
    fixture.driver.create(other, CoreFixture.IMAGE_BYTES);
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    var unused = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    unused = fixture.core.erasures().erase(OPERATOR, other, WHOLE);
    fixture.erases = Runnable::run;
    List<Object> asked = new ArrayList<>();
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("find")) {
            asked.add(arguments[0]);
            if (arguments[0].equals(asked.get(0))) {
              throw new VolumeException(VolumeException.Kind.IO, "a page is damaged");
            }
          }
        };

    fixture.crashAndStart();

    VolumeName sound = asked.get(0).equals(DISK) ? other : DISK;
    assertThat(fixture.core.certificates().of(sound)).hasSize(1);
  }

  /** As one by key that failed before a crash, and whose key file is not there. */
  @Test
  void anEraseThatCannotGoOnKeepsNoOtherFromAQuarantinedVolume() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    var unused = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    fixture.volumes.force(DISK, VolumeState.QUARANTINED);
    fixture.erases = Runnable::run;
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase") && arguments[1].equals(WHOLE)) {
            throw new VolumeException(VolumeException.Kind.BUSY, "the key file is gone");
          }
        };

    fixture.crashAndStart();

    assertThat(audited()).containsExactly("not certified: the key file is gone");
    CertifiedErase other =
        erase(new EraseRequest(EraseMethod.OVERWRITE, new ErasePasses(0xAA, 1), EraseSample.ALL));
    assertThat(certificates()).hasSize(1);
    assertThat(other.report().erasedBytes()).isEqualTo(8192);
  }

  @Test
  void anEraseOfAQuarantinedVolumeThatFindsNoSpaceGoesOnOnceThereIsSome() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    var unused = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    fixture.volumes.force(DISK, VolumeState.QUARANTINED);
    fixture.erases = Runnable::run;
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase")) {
            throw new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full");
          }
        };
    fixture.crashAndStart();
    assertThat(certificates()).isEmpty();
    fixture.trouble = (call, arguments) -> {};

    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(audited()).isEmpty();
  }

  @Test
  void aCrashWhileItRunsOrBeforeItsEndIsHeardLeavesOneCertificate() throws Exception {
    int before = 0;
    for (boolean afterwards : new boolean[] {false, true}) {
      int point = 1;
      while (isKilled(point, afterwards)) {
        assertThat(certificates().size()).as("at call %d", point).isBetween(before, before + 1);
        erase(WHOLE);
        assertThat(certificates()).as("at call %d", point).hasSize(before + 1);
        before++;
        point++;
      }
      before = certificates().size();
      assertThat(point).isGreaterThan(3);
    }
  }

  /** Whether the core dies at that call of an erase. */
  private boolean isKilled(int point, boolean afterwards) throws Exception {
    write();
    Faults faults = Faults.at(point, afterwards);
    fixture.core.close();
    fixture.faults = faults;
    try {
      fixture.crashAndStart();
      CertifiedErase unused = erase(WHOLE);
    } catch (Faults.Killed | ExecutionException e) {
      assertThat(faults.isDead()).isTrue();
    }
    fixture.faults = Faults.none();
    fixture.crashAndStart();
    return faults.isDead();
  }

  @Test
  void whatGoesOnAfterARestartIsCertifiedAtItsEnd() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    Job<CertifiedErase> unheard = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    erases.clear();
    fixture.crashAndStart();
    Job<CertifiedErase> goesOn = fixture.core.erasures().underWay().get(DISK);

    erases.remove().run();

    assertThat(result(goesOn).certificate()).isEqualTo(2);
    assertThat(unheard.result().toCompletableFuture()).isNotDone();
    assertThat(certificates()).hasSize(1);
  }

  @Test
  void anEndThatNobodyHeardIsCertifiedAtTheNextStart() throws Exception {
    Queue<Runnable> ends = new ArrayDeque<>();
    fixture.workers = ends::add;
    fixture.restart();
    Job<CertifiedErase> unheard = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    assertThat(certificates()).isEmpty();
    fixture.workers = Runnable::run;

    fixture.crashAndStart();

    assertThat(unheard.result().toCompletableFuture()).isNotDone();
    assertThat(certificates())
        .singleElement()
        .extracting(certificate -> certificate.payload().path("erasedBytes").asLong())
        .isEqualTo(8192L);
    assertThat(audited()).isEmpty();
  }

  /** Its report says less than was asked. */
  @Test
  void anEndWithoutReadBackThatNobodyHeardIsCertifiedAsThat() throws Exception {
    fixture.volumes.readNothingBack(1);
    Queue<Runnable> ends = new ArrayDeque<>();
    fixture.workers = ends::add;
    fixture.restart();
    Job<CertifiedErase> unheard = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    fixture.workers = Runnable::run;

    fixture.crashAndStart();

    assertThat(unheard.result().toCompletableFuture()).isNotDone();
    assertThat(certificates())
        .singleElement()
        .extracting(certificate -> certificate.payload().at("/verification/extent").asText())
        .isEqualTo("none");
    assertThat(audited()).isEmpty();
  }

  /** The one before, of which nothing was read back, is not it. */
  @Test
  void anEraseThatNeverBeganIsNotTakenForTheOneBefore() throws Exception {
    CertifiedErase before = erase(new EraseRequest(EraseMethod.ZERO_FILL, false));
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase")) {
            throw new Faults.Killed();
          }
        };
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(Faults.Killed.class);

    fixture.crashAndStart();

    assertThat(certificates())
        .singleElement()
        .extracting(SignedDocument::sequence)
        .isEqualTo(before.certificate());
    assertThat(audited())
        .singleElement()
        .asString()
        .startsWith("not certified: nobody heard what became of the erase");
  }

  @Test
  void aVolumeThatIsUsedSinceIsNotErasedForACertificate() throws Exception {
    Queue<Runnable> ends = new ArrayDeque<>();
    fixture.workers = ends::add;
    fixture.restart();
    Job<CertifiedErase> unheard = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    write();
    fixture.workers = Runnable::run;
    fixture.crashAndStart();

    assertThat(unheard.result().toCompletableFuture()).isNotDone();
    assertThat(DeviceContent.read(fixture.driver, DISK, 4096, 8192))
        .isEqualTo(DeviceContent.pattern(8192, 99));
    assertThat(certificates()).isEmpty();
    assertThat(audited())
        .containsExactly(
            "not certified: nobody heard what became of the erase of volume 'disk', which is"
                + " WRITABLE now");
  }
}
