/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.ReleaseOutcome;
import io.lunette.core.certificate.Certificates;
import io.lunette.core.certificate.ChainCheck;
import io.lunette.core.certificate.MemorySigningKeys;
import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.certificate.SigningKey;
import io.lunette.core.image.ImageRef;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateTest {

  @TempDir private Path directory;
  private CoreFixture fixture;
  private PublicKey firstKey;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
    firstKey = fixture.keys.keys().get(0).publicKey();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void scrubThatWasVerifiedIsCertifiedWithNoMoreThanWasDone() throws Exception {
    ReplicaName replica = scrubbed();

    JsonNode claims = fixture.core.certificates().of(replica).get(0).payload();
    assertThat(claims.path("tenant").asText()).isEqualTo("acme");
    assertThat(claims.path("server").asText()).isEqualTo("s1");
    assertThat(claims.path("image").asText()).isEqualTo("web");
    assertThat(claims.path("erasedBytes").asLong()).isEqualTo(8192);
    assertThat(claims.at("/sanitization/claim").asText()).isEqualTo("CLEAR");
    assertThat(claims.at("/verification/verifiedBytes").asLong()).isEqualTo(8192);
    assertThat(claims.at("/software/version").asText()).isEqualTo("a test");
    assertThat(claims.path("destination").asText()).isEqualTo("READY");
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
  }

  @Test
  void scrubThatOnlyHidIsCertifiedAsThat() throws Exception {
    fixture.volumes.eraseClaim = Optional.of(EraseClaim.HIDDEN);

    ReplicaName replica = scrubbed();

    JsonNode sanitization =
        fixture.core.certificates().of(replica).get(0).payload().path("sanitization");
    assertThat(sanitization.path("method").asText()).isEqualTo("ZERO_FILL");
    assertThat(sanitization.path("claim").asText()).isEqualTo("HIDDEN");
    assertThat(sanitization.path("scope").asText()).contains("may still be on its medium");
    assertThat(sanitization.path("standard").isMissingNode()).isTrue();
    assertThat(sanitization.path("patterns").toString()).isEqualTo("[\"00\"]");
    assertThat(fixture.core.scrubs().records(replica).get(0).erase().orElseThrow().claim())
        .isEqualTo(EraseClaim.HIDDEN);
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
  }

  @Test
  void scrubThatFailedIsRecordedAndNotCertified() throws Exception {
    fixture.settings =
        new CoreSettings(1, 1, 8, java.time.Duration.ofDays(1), SpaceThresholds.DEFAULT);
    fixture.restart();
    fixture.volumes.failErases(1);

    ReplicaName replica = scrubbed();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.QUARANTINED);
    assertThat(fixture.core.scrubs().records(replica)).hasSize(1);
    assertThat(fixture.core.certificates().of(replica)).isEmpty();
  }

  @Test
  void noReplicaIsReadyIfItsCertificateCannotBeSigned() throws Exception {
    fixture.keys.failSignatures(true);

    ReplicaName replica = scrubbed();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);
    assertThat(fixture.core.scrubs().records(replica)).isEmpty();

    fixture.keys.failSignatures(false);
    fixture.crashAndStart();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
    List<SignedDocument> certificates = fixture.core.certificates().of(replica);
    assertThat(certificates).hasSize(1);
    assertThat(certificates.get(0).payload().path("erasedBytes").asLong()).isEqualTo(8192);
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
  }

  @Test
  void whatAnEraseDidIsCertifiedOnce() throws Exception {
    scrubbed();
    scrubbed();
    VolumeName inTheWay = new VolumeName("in-the-way");
    fixture.driver.create(inTheWay, 4096);
    fixture.masking.map(
        inTheWay, CoreFixture.initiator(S1), AccessMode.READ_WRITE, OptionalInt.of(0));

    for (int unseen = 1; unseen <= 3; unseen++) {
      assertThatThrownBy(() -> fixture.allocate(S1)).isInstanceOf(DomainException.class);
      ReleaseOutcome released = fixture.core.allocations().release(OPERATOR, S1);
      assertThat(released).isInstanceOf(ReleaseOutcome.Released.class);
      scrubAll();
    }

    assertThat(chain().documents())
        .extracting(SignedDocument::payload)
        .filteredOn(claims -> claims.has("erasedBytes"))
        .extracting(claims -> claims.path("erasedBytes").asLong())
        .containsExactly(8192L, 8192L, 0L, 0L, 0L);
  }

  @Test
  void changedFieldShows() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    ObjectNode changed = (ObjectNode) documents.get(2).json();
    ((ObjectNode) changed.path("payload")).put("tenant", "nobody");
    documents.set(2, SignedDocument.of(changed));

    assertThat(fault(documents)).startsWith("certificate 3 is not what was signed");
  }

  @Test
  void missingOneInTheMiddleShows() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    documents.remove(2);

    assertThat(fault(documents)).startsWith("certificate 3 is missing");
  }

  @Test
  void missingBeginningShows() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    documents.remove(0);

    assertThat(fault(documents)).startsWith("certificate 1 is missing");
  }

  @Test
  void reorderedOnesShow() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    Collections.swap(documents, 1, 2);

    assertThat(fault(documents)).startsWith("certificate 2 is missing: number 3");
  }

  @Test
  void twiceTheSameShows() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    documents.add(2, documents.get(1));

    assertThat(fault(documents)).startsWith("number 2 is where certificate 3 should be");
  }

  @Test
  void cutOffEndShowsAgainstTheHead() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    documents.remove(3);

    assertThat(fault(documents))
        .isEqualTo("certificate 4 is missing: the chain ends at 3, its signed head names 4");
  }

  @Test
  void endThatWasCutOffWithItsHeadShowsOnlyAgainstAHeadKeptElsewhere() throws Exception {
    fixture.usedAndReleased(S1);
    scrubAll();
    Certificates.Page earlier = chain();
    scrubbed();
    SignedDocument kept = chain().head();

    assertThat(faultOf(earlier, List.of(firstKey), Optional.empty())).isEmpty();
    assertThat(faultOf(earlier, List.of(firstKey), Optional.of(kept)).orElseThrow())
        .startsWith("certificate 3 is missing")
        .endsWith("(by the head kept elsewhere)");
  }

  @Test
  void anotherKeyVerifiesNothing() throws Exception {
    scrubbed();
    PublicKey other = new MemorySigningKeys().keys().get(0).publicKey();

    assertThat(faultOf(chain(), List.of(other), Optional.empty()).orElseThrow())
        .contains("a key that is not trusted: " + firstKey.id());
  }

  @Test
  void chainOfAnotherApplianceDoesNotPassForThisOne() throws Exception {
    List<SignedDocument> documents = scrubbedThrice();
    try (CoreFixture other =
        new CoreFixture(java.nio.file.Files.createDirectory(directory.resolve("other")))) {
      other.start();
      documents.set(0, other.core.certificates().chain(0, 1).documents().get(0));

      assertThat(fault(documents)).contains("not trusted");
    }
  }

  @Test
  void chainGoesOnWithANewKeyThatTheOldOneIntroduces() throws Exception {
    scrubbed();
    fixture.core.certificates().rotateKey(OPERATOR);
    PublicKey newKey = fixture.keys.keys().get(0).publicKey();
    ReplicaName replica = scrubbed();

    assertThat(newKey).isNotEqualTo(firstKey);
    assertThat(fixture.core.certificates().of(replica).get(0).text("keyId")).isEqualTo(newKey.id());
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
    assertThat(faultOf(chain(), List.of(firstKey, newKey), Optional.empty())).isEmpty();
  }

  @Test
  void crashInAChangeOfKeysLeavesAChainThatGoesOn() throws Exception {
    for (boolean afterwards : new boolean[] {false, true}) {
      int point = 1;
      while (isKilledInAChangeOfKeys(point, afterwards)) {
        point++;
      }
      assertThat(point).isGreaterThan(2);
    }
  }

  @Test
  void changeOfKeysThatFailedAtItsEndLosesNoKeyWhenItIsAskedForAgain() throws Exception {
    fixture.keys.failSettling(1);
    assertThatThrownBy(() -> fixture.core.certificates().rotateKey(OPERATOR))
        .isInstanceOf(DomainException.class);

    fixture.core.certificates().rotateKey(OPERATOR);
    scrubbed();

    assertThat(fixture.keys.keys()).hasSize(1);
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
    assertThat(introductionsByThemselves(chain())).isEqualTo(1);
  }

  private static long introductionsByThemselves(Certificates.Page chain) {
    return chain.documents().stream()
        .filter(document -> !document.text("introduces").isEmpty())
        .filter(document -> document.text("keyId").equals(introduced(document).id()))
        .count();
  }

  private static PublicKey introduced(SignedDocument document) {
    return new PublicKey(Base64.getDecoder().decode(document.text("introduces")));
  }

  private boolean isKilledInAChangeOfKeys(int point, boolean afterwards) throws Exception {
    fixture.core.close();
    Faults faults = Faults.at(point, afterwards);
    fixture.faults = faults;
    try {
      fixture.crashAndStart();
      fixture.core.certificates().rotateKey(OPERATOR);
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    fixture.faults = Faults.none();
    fixture.crashAndStart();

    scrubbed();

    assertThat(fixture.keys.keys()).hasSize(1);
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty())).isEmpty();
    return faults.isDead();
  }

  @Test
  void keyThatWasLostIsReplacedByOneThatHasToBeTrustedByItself() throws Exception {
    scrubbed();
    fixture.keys.lose();
    fixture.restart();
    scrubbed();
    PublicKey newKey = fixture.keys.keys().get(0).publicKey();

    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty()).orElseThrow())
        .contains("not trusted: " + newKey.id());
    assertThat(faultOf(chain(), List.of(firstKey, newKey), Optional.empty())).isEmpty();
  }

  @Test
  void keyThatWasReplacedSignsNothingMoreWhenItIsAllThatAHomeHas() throws Exception {
    List<SigningKey> earlier = fixture.keys.keys();
    fixture.core.certificates().rotateKey(OPERATOR);
    PublicKey second = fixture.keys.keys().get(0).publicKey();
    fixture.keys.putBack(earlier);
    fixture.restart();
    scrubbed();
    PublicKey third = fixture.keys.keys().get(0).publicKey();

    assertThat(fixture.keys.keys()).hasSize(1);
    assertThat(third).isNotIn(firstKey, second);
    assertThat(faultOf(chain(), List.of(firstKey), Optional.empty()).orElseThrow())
        .contains("not trusted: " + third.id());
    assertThat(faultOf(chain(), List.of(firstKey, third), Optional.empty())).isEmpty();
  }

  @Test
  void certificatesOutliveTheirReplica() throws Exception {
    ReplicaName replica = scrubbed();
    fixture.core.images().delete(OPERATOR, ImageRef.current(CoreFixture.WEB));
    fixture.core.tick();
    assertThat(fixture.driver.find(replica.volume())).isEmpty();

    assertThat(fixture.core.certificates().of(replica)).hasSize(1);
  }

  private ReplicaName scrubbed() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    scrubAll();
    return replica;
  }

  private void scrubAll() throws Exception {
    assertThat(fixture.core.scrubs().run(OPERATOR, Optional.empty())).isPositive();
  }

  private List<SignedDocument> scrubbedThrice() throws Exception {
    scrubbed();
    scrubbed();
    scrubbed();
    return new ArrayList<>(chain().documents());
  }

  private Certificates.Page chain() throws Exception {
    return fixture.core.certificates().chain(0, 1000);
  }

  private String fault(List<SignedDocument> documents) throws Exception {
    Certificates.Page page = new Certificates.Page(documents, chain().head());
    return faultOf(page, List.of(firstKey), Optional.empty()).orElse("none");
  }

  private static Optional<String> faultOf(
      Certificates.Page chain, List<PublicKey> trusted, Optional<SignedDocument> kept) {
    ChainCheck check = new ChainCheck(MemorySigningKeys::isValid, trusted, kept);
    for (SignedDocument document : chain.documents()) {
      Optional<String> fault = check.next(document);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return check.ends(chain.head());
  }
}
