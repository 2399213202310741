/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A head that was kept elsewhere, and what it must be to say anything. */
final class KeptHeadTest {

  private final SigningKey key = new MemorySigningKeys().keys().get(0);
  private final SignedDocument introduction =
      signed(
          CertificateChain.KEY,
          payload ->
              payload
                  .put("introduces", key.publicKey().base64())
                  .put("sequence", 1)
                  .put("previous", CertificateChain.NONE));

  @Test
  void oneThatNamesNoPlaceInAChainIsRefused() {
    assertThat(faultBy(head(payload -> {})).orElseThrow())
        .startsWith("the head kept elsewhere names no certificate");
    assertThat(faultBy(head(payload -> payload.put("sequence", 0))).orElseThrow())
        .startsWith("the head kept elsewhere names no certificate");
    assertThat(faultBy(head(payload -> payload.put("sequence", -3))).orElseThrow())
        .startsWith("the head kept elsewhere names no certificate");
    assertThat(faultBy(head(payload -> payload.put("sequence", "1"))).orElseThrow())
        .startsWith("the head kept elsewhere names no certificate");
    assertThat(faultBy(head(payload -> payload.put("sequence", 1)))).isEmpty();
  }

  private Optional<String> faultBy(SignedDocument kept) {
    ChainCheck check =
        new ChainCheck(MemorySigningKeys::isValid, List.of(key.publicKey()), Optional.of(kept));
    assertThat(check.next(introduction)).isEmpty();
    return check.ends(head(payload -> payload.put("sequence", 1)));
  }

  private SignedDocument head(Consumer<ObjectNode> place) {
    return signed(
        CertificateChain.HEAD,
        payload -> {
          payload.put("last", introduction.digest());
          place.accept(payload);
        });
  }

  private SignedDocument signed(String type, Consumer<ObjectNode> content) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("type", type).put("schema", 1).put("keyId", key.publicKey().id());
    content.accept(payload);
    return SignedDocument.sign(payload, key);
  }
}
