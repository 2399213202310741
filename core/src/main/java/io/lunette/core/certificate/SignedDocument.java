/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A payload and the signature over its canonical bytes. As JSON it is an object of {@code payload}
 * and {@code signature} (base64); how that is laid out does not matter, since it is brought into
 * the canonical form before it is verified. Immutable.
 */
public final class SignedDocument {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ObjectNode document;
  private final byte[] signed;
  private final byte[] signature;

  private SignedDocument(ObjectNode document) {
    this.document = document;
    this.signed = CanonicalJson.bytes(document.path("payload"));
    this.signature = Base64.getDecoder().decode(document.path("signature").textValue());
  }

  /** Signs a payload. */
  static SignedDocument sign(ObjectNode payload, SigningKey key) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.set("payload", payload.deepCopy());
    byte[] signature = key.sign(CanonicalJson.bytes(payload));
    document.put("signature", Base64.getEncoder().encodeToString(signature));
    return new SignedDocument(document);
  }

  /**
   * Reads a document; nothing in it is believed by that.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static SignedDocument parse(String text) {
    try {
      return of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Takes a document that was read as JSON; nothing in it is believed by that.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static SignedDocument of(JsonNode json) {
    if (json == null
        || !json.path("payload").isObject()
        || !json.path("signature").isTextual()
        || json.size() != 2) {
      throw new IllegalArgumentException("not a signed document: no payload with a signature");
    }
    return new SignedDocument(json.deepCopy());
  }

  /** The bytes that are signed. */
  public byte[] signed() {
    return signed.clone();
  }

  /** The signature. */
  public byte[] signature() {
    return signature.clone();
  }

  /** The payload; a copy. */
  public JsonNode payload() {
    return document.path("payload").deepCopy();
  }

  /** The whole as JSON; a copy. */
  public JsonNode json() {
    return document.deepCopy();
  }

  /** What the next document of a chain names it by. */
  String digest() {
    return Sha256.of(CanonicalJson.bytes(document));
  }

  /** A member of the payload that is a text, or an empty one. */
  public String text(String member) {
    return document.path("payload").path(member).asText("");
  }

  /** Its place in the chain, or 0 if it has none. */
  public long sequence() {
    JsonNode sequence = document.path("payload").path("sequence");
    return sequence.isIntegralNumber() ? sequence.longValue() : 0;
  }

  /** The canonical form of the whole. */
  @Override
  public String toString() {
    return new String(CanonicalJson.bytes(document), StandardCharsets.UTF_8);
  }
}
