/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A chain that an earlier release began and this one went on with, and one of a later release. */
final class SchemaTest {

  private final SigningKey key = new MemorySigningKeys().keys().get(0);
  private final ChainCheck check =
      new ChainCheck(
          MemorySigningKeys::isValid, List.of(key.publicKey()), Optional.<SignedDocument>empty());
  private long sequence;
  private String previous = CertificateChain.NONE;

  @Test
  void certificatesOfSchemaOneVerifyInOneChainWithThoseOfSchemaTwo() {
    assertThat(check.next(introduction(1))).isEmpty();
    assertThat(check.next(certificate(1))).isEmpty();
    assertThat(check.next(certificate(2))).isEmpty();
    assertThat(check.ends(head(1))).isEmpty();
  }

  @Test
  void newCertificatesAreOfSchemaTwoAndAllElseOfOne() {
    assertThat(CertificateChain.schema(CertificateChain.CERTIFICATE)).isEqualTo(2);
    assertThat(CertificateChain.schema(CertificateChain.KEY)).isEqualTo(1);
    assertThat(CertificateChain.schema(CertificateChain.HEAD)).isEqualTo(1);
  }

  @Test
  void schemaThatIsNotKnownIsRefused() {
    assertThat(check.signature(certificate(3)).orElseThrow())
        .isEqualTo("certificate 1 is of schema 3, this Lunette knows 1 to 2: use a newer one");
    assertThat(check.signature(certificate(0)).orElseThrow()).contains("is of schema 0");
    assertThat(check.signature(head(2)).orElseThrow()).contains("is of schema 2");
  }

  private SignedDocument introduction(int schema) {
    ObjectNode payload = payload(CertificateChain.KEY, schema);
    payload.put("introduces", key.publicKey().base64());
    return appended(payload);
  }

  private SignedDocument certificate(int schema) {
    return appended(payload(CertificateChain.CERTIFICATE, schema));
  }

  private SignedDocument appended(ObjectNode payload) {
    sequence++;
    payload.put("sequence", sequence);
    payload.put("previous", previous);
    SignedDocument document = SignedDocument.sign(payload, key);
    previous = document.digest();
    return document;
  }

  private SignedDocument head(int schema) {
    ObjectNode payload = payload(CertificateChain.HEAD, schema);
    payload.put("sequence", sequence);
    payload.put("last", previous);
    return SignedDocument.sign(payload, key);
  }

  private ObjectNode payload(String type, int schema) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("schema", schema)
        .put("keyId", key.publicKey().id());
  }
}
