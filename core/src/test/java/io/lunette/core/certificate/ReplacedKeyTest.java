/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody can do to a chain who came by a key that was replaced in it. */
final class ReplacedKeyTest {

  private final SigningKey replaced = new MemorySigningKeys().keys().get(0);
  private final SigningKey current = new MemorySigningKeys().keys().get(0);
  private SignedDocument headOfBefore;
  private ChainCheck check;
  private long sequence;
  private String previous = CertificateChain.NONE;

  @BeforeEach
  void replaceTheKey() {
    SignedDocument first = introduction(replaced, replaced);
    headOfBefore = head(replaced);
    check =
        new ChainCheck(
            MemorySigningKeys::isValid,
            List.of(replaced.publicKey(), current.publicKey()),
            Optional.of(headOfBefore));
    accept(first);
    accept(certificate(replaced));
    accept(introduction(replaced, current));
    accept(certificate(current));
  }

  @Test
  void theChainIsWholeAlsoByAHeadThatTheKeySignedWhileItWasInUse() {
    assertThat(headOfBefore.text("keyId")).isEqualTo(replaced.publicKey().id());
    assertThat(check.ends(head(current))).isEmpty();
  }

  @Test
  void itDoesNotIntroduceItselfOnceMore() {
    assertThat(check.next(introduction(replaced, replaced)))
        .hasValue("certificate 5 is signed with a key that was not in use at its place");
  }

  @Test
  void itIntroducesNoOtherAndCertifiesNothing() {
    SignedDocument other = introduction(replaced, new MemorySigningKeys().keys().get(0));
    assertThat(check.next(other).orElseThrow()).contains("not in use");
    sequence--;
    previous = other.text("previous");
    assertThat(check.next(certificate(replaced)).orElseThrow()).contains("not in use");
  }

  @Test
  void itSignsNoHeadOfWhatIsLeftOfTheChain() {
    assertThat(check.ends(head(replaced)))
        .hasValue("the head at 4 is signed with a key that was not in use at its place");
  }

  private void accept(SignedDocument document) {
    assertThat(check.next(document)).isEmpty();
  }

  private SignedDocument introduction(SigningKey by, SigningKey next) {
    ObjectNode payload = payload(CertificateChain.KEY, by);
    payload.put("introduces", next.publicKey().base64());
    return appended(payload, by);
  }

  private SignedDocument certificate(SigningKey by) {
    return appended(payload(CertificateChain.CERTIFICATE, by), by);
  }

  private SignedDocument appended(ObjectNode payload, SigningKey by) {
    sequence++;
    payload.put("sequence", sequence);
    payload.put("previous", previous);
    SignedDocument document = SignedDocument.sign(payload, by);
    previous = document.digest();
    return document;
  }

  private SignedDocument head(SigningKey by) {
    ObjectNode payload = payload(CertificateChain.HEAD, by);
    payload.put("sequence", sequence);
    payload.put("last", previous);
    return SignedDocument.sign(payload, by);
  }

  private static ObjectNode payload(String type, SigningKey by) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("type", type);
    payload.put("schema", 1);
    payload.put("keyId", by.publicKey().id());
    return payload;
  }
}
