/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A certificate without its chain, beside a head that was kept elsewhere. */
final class LoneCertificateTest {

  private final SigningKey key = new MemorySigningKeys().keys().get(0);
  private final SignedDocument certificate = certificate("a");
  private final SignedDocument head = head(2, certificate);

  @Test
  void oneThatTheHeadNamesIsVerified() {
    assertThat(fault(certificate, Optional.of(head))).isEmpty();
    assertThat(fault(certificate, Optional.empty())).isEmpty();
  }

  @Test
  void anotherThatWasPutInItsPlaceShows() {
    assertThat(fault(certificate("b"), Optional.of(head)))
        .contains("certificate 2 is not the one that the head names (by the head kept elsewhere)");
  }

  @Test
  void headSaysNothingOfOneThatItDoesNotName() {
    assertThat(fault(certificate, Optional.of(head(3, certificate))).orElseThrow())
        .startsWith(
            "the head kept elsewhere names certificate 3 and says nothing of certificate 2");
  }

  @Test
  void headThatIsNoneOrWasSignedByAStrangerIsRefused() {
    assertThat(fault(certificate, Optional.of(certificate)).orElseThrow())
        .startsWith("the head is none");
    ObjectNode stranger = head.payload().deepCopy();
    SigningKey other = new MemorySigningKeys().keys().get(0);
    stranger.put("keyId", other.publicKey().id());
    assertThat(fault(certificate, Optional.of(SignedDocument.sign(stranger, other))).orElseThrow())
        .contains("a key that is not trusted");
  }

  private Optional<String> fault(SignedDocument document, Optional<SignedDocument> kept) {
    return new ChainCheck(MemorySigningKeys::isValid, List.of(key.publicKey()), kept)
        .alone(document);
  }

  private SignedDocument certificate(String server) {
    ObjectNode payload = payload(CertificateChain.CERTIFICATE, 2);
    return SignedDocument.sign(payload.put("server", server), key);
  }

  private SignedDocument head(long sequence, SignedDocument last) {
    ObjectNode payload = payload(CertificateChain.HEAD, sequence);
    return SignedDocument.sign(payload.put("last", last.digest()), key);
  }

  private ObjectNode payload(String type, long sequence) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("schema", 1)
        .put("sequence", sequence)
        .put("keyId", key.publicKey().id());
  }
}
