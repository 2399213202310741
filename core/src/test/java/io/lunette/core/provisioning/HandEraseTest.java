/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.TestCatalog;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The certificates of volumes that are erased by hand. */
final class HandEraseTest extends HandEraseCase {

  @Test
  void aCertificateSaysWhatWasDoneAndWhoAskedForIt() throws Exception {
    CertifiedErase erase = erase(WHOLE);

    assertThat(erase.certificate()).isEqualTo(2);
    JsonNode claims = certificates().get(0).payload();
    assertThat(claims.path("type").asText()).isEqualTo("lunette-scrub-certificate");
    assertThat(claims.path("sequence").asLong()).isEqualTo(2);
    assertThat(claims.path("volume").asText()).isEqualTo("disk");
    assertThat(claims.path("volumeUuid").asText())
        .isEqualTo(fixture.driver.find(DISK).orElseThrow().uuid().toString());
    assertThat(claims.path("erasedBytes").asLong()).isEqualTo(8192);
    assertThat(claims.at("/verification/extent").asText()).isEqualTo("full");
    assertThat(claims.at("/verification/result").asText()).isEqualTo("PASSED");
    assertThat(claims.at("/validation/result").asText()).isEqualTo("ACCEPTED");
    assertThat(claims.at("/requested/by").asText()).isEqualTo("operator");
    assertThat(claims.has("replica")).isFalse();
    assertThat(claims.has("tenant")).isFalse();
  }

  @Test
  void aSampleIsCertifiedAsThatAndNothingReadBackAsNothing() throws Exception {
    CertifiedErase sampled =
        erase(
            new EraseRequest(EraseMethod.ZERO_FILL, ErasePasses.NONE, new EraseSample(100_000, 7)));
    CertifiedErase unread = erase(new EraseRequest(EraseMethod.ZERO_FILL, false));

    assertThat(unread.certificate()).isEqualTo(sampled.certificate() + 1);
    JsonNode none = certificates().get(0).payload();
    assertThat(none.at("/verification/extent").asText()).isEqualTo("none");
    assertThat(none.at("/verification/result").asText()).isEqualTo("NOT_DONE");
    assertThat(none.has("validation")).isFalse();
    JsonNode sample = certificates().get(1).payload();
    assertThat(sample.at("/verification/extent").asText()).isEqualTo("sample");
    assertThat(sample.at("/verification/partsPerMillion").asInt()).isEqualTo(100_000);
    assertThat(sample.at("/verification/seed").asLong()).isEqualTo(7);
    assertThat(sample.at("/validation/rule").asText()).startsWith("every byte of the sample");
  }

  @Test
  void whatIsReportedAgainHasTheCertificateItHad() throws Exception {
    CertifiedErase first = erase(WHOLE);
    CertifiedErase again = erase(WHOLE);
    write();
    CertifiedErase other = erase(WHOLE);

    assertThat(again).isEqualTo(first);
    assertThat(other.certificate()).isEqualTo(first.certificate() + 1);
    assertThat(certificates()).hasSize(2);
  }

  @Test
  void anEraseThatFailsIsNotCertified() throws Exception {
    fixture.volumes.failErases(1);

    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(ExecutionException.class);
    fixture.core.tick();

    assertThat(certificates()).isEmpty();
    assertThat(audited()).containsExactly("not certified: volume 'disk' could not be erased");
  }

  @Test
  void anEraseThatIsRefusedLeavesNothing() throws Exception {
    try (var open = fixture.driver.open(DISK, AccessMode.READ_WRITE)) {
      assertThat(open.geometry().sizeBytes()).isEqualTo(CoreFixture.IMAGE_BYTES);
      assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(VolumeException.class);
    }
    fixture.core.tick();

    assertThat(certificates()).isEmpty();
    assertThat(audited()).isEmpty();
  }

  @Test
  void anEraseThatIsRefusedAndHasBegunIsCertifiedAtItsEnd() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    fixture.volumes.refuseBegunErases(1);
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(VolumeException.class);

    erases.remove().run();
    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(certificates().get(0).payload().path("erasedBytes").asLong()).isEqualTo(8192);
  }

  @Test
  void whatCannotBeSignedIsCertifiedLater() throws Exception {
    fixture.keys.failSignatures(true);
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(ExecutionException.class);
    assertThat(certificates()).isEmpty();

    fixture.keys.failSignatures(false);
    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(certificates().get(0).payload().path("erasedBytes").asLong()).isEqualTo(8192);
  }

  /** As that of an array, which cannot be asked what it did last. */
  @Test
  void whatCannotBeSignedIsCertifiedLaterThoughTheDriverHasForgottenIt() throws Exception {
    fixture.keys.failSignatures(true);
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(ExecutionException.class);
    write();

    fixture.keys.failSignatures(false);
    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(audited()).isEmpty();
  }

  @Test
  void anEndThatFindsNoSpaceIsCertifiedOnceThereIsSome() throws Exception {
    fixture.volumes.fillAtEnds(1);

    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(ExecutionException.class);
    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(audited()).isEmpty();
  }

  @Test
  void anEraseThatFindsNoSpaceHalfWayGoesOnOnceThereIsSome() throws Exception {
    fixture.volumes.fillHalfWay(2);

    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(ExecutionException.class);
    fixture.core.tick();
    assertThat(certificates()).isEmpty();
    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
    assertThat(audited()).isEmpty();
  }

  @Test
  void anEraseThatItsDriverEndsWithAnErrorKeepsNobodyWaiting() throws Exception {
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("erase")) {
            throw new InternalError("for a test");
          }
        };
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(InternalError.class);
    fixture.trouble = (call, arguments) -> {};

    assertThat(fixture.core.erasures().underWay()).isEmpty();
  }

  @Test
  void anEraseWhoseTakingUpEndsWithAnErrorIsTakenUpAtTheNextTick() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    fixture.volumes.refuseBegunErases(1);
    assertThatThrownBy(() -> erase(WHOLE)).isInstanceOf(VolumeException.class);
    erases.remove().run();
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("find")) {
            throw new InternalError("for a test");
          }
        };
    fixture.core.tick();
    fixture.trouble = (call, arguments) -> {};

    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
  }

  @Test
  void anEraseWhoseEndMeetsAnErrorIsCertifiedLater() throws Exception {
    AtomicBoolean memoryless = new AtomicBoolean();
    fixture.catalogs =
        () -> {
          Catalog real = new TestCatalog(directory).open(fixture.clock);
          return (Catalog)
              Proxy.newProxyInstance(
                  Catalog.class.getClassLoader(),
                  new Class<?>[] {Catalog.class},
                  (proxy, method, arguments) -> {
                    if (memoryless.get() && method.getName().equals("change")) {
                      throw new InternalError("for a test");
                    }
                    try {
                      return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
        };
    fixture.workers = HandEraseTest::runAsOnAThread;
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    Job<CertifiedErase> unheard = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    memoryless.set(true);
    erases.remove().run();
    memoryless.set(false);
    assertThat(unheard.result().toCompletableFuture()).isCompletedExceptionally();

    fixture.core.tick();

    assertThat(certificates()).hasSize(1);
  }

  /** Who hands a task to a thread hears of none of its errors. */
  private static void runAsOnAThread(Runnable task) {
    try {
      task.run();
    } catch (InternalError e) {
      assertThat(e).hasMessage("for a test");
    }
  }

  @Test
  void askedForTwiceAtOneTimeItIsOneErase() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    Job<CertifiedErase> first = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    Job<CertifiedErase> second = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    assertThat(fixture.core.erasures().underWay()).containsOnlyKeys(DISK);

    erases.remove().run();

    assertThat(result(second)).isEqualTo(result(first));
    assertThat(erases).isEmpty();
    assertThat(fixture.core.erasures().underWay()).isEmpty();
    assertThat(certificates()).hasSize(1);
  }

  /** Who hears of the end may write and ask again at once, and is not told the old end. */
  @Test
  void whoHearsOfTheEndCanAskForAnother() throws Exception {
    Queue<Runnable> erases = new ArrayDeque<>();
    fixture.erases = erases::add;
    fixture.restart();
    CompletableFuture<Job<CertifiedErase>> another = new CompletableFuture<>();
    Job<CertifiedErase> first = fixture.core.erasures().erase(OPERATOR, DISK, WHOLE);
    first
        .result()
        .whenComplete(
            (erase, failure) -> {
              try {
                write();
                another.complete(fixture.core.erasures().erase(OPERATOR, DISK, WHOLE));
              } catch (Exception e) {
                another.completeExceptionally(e);
              }
            });
    erases.remove().run();
    erases.remove().run();

    assertThat(result(another.get()).certificate()).isEqualTo(result(first).certificate() + 1);
  }
}
