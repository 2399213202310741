/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseSample;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What a certificate says of an erase, whoever asked for it. The members follow the list of NIST SP
 * 800-88 Rev. 1, Appendix G, with verification and validation kept apart as Rev. 2 does. Stateless,
 * so thread-safe.
 */
final class EraseClaims {

  private final String softwareVersion;

  EraseClaims(String softwareVersion) {
    this.softwareVersion = softwareVersion;
  }

  /**
   * What is said of every erase.
   *
   * @param accepted when its result was
   */
  ObjectNode of(EraseReport erase, Instant accepted) {
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    claims.put("volume", erase.volume().value());
    erase.volumeId().ifPresent(id -> claims.put("volumeUuid", id.toString()));
    claims.put("device", erase.device());
    claims.put("extents", erase.extents());
    claims.put("erasedBytes", erase.erasedBytes());
    claims.put("started", erase.started().toString());
    claims.put("ended", erase.ended().toString());
    claims.set("sanitization", sanitization(erase));
    claims.set("verification", verification(erase));
    EraseSample sample = erase.request().sample();
    if (!sample.isNone()) {
      claims.set("validation", validation(sample, accepted));
    }
    ObjectNode software = claims.putObject("software");
    software.put("name", "Lunette");
    software.put("version", softwareVersion);
    return claims;
  }

  private static ObjectNode sanitization(EraseReport erase) {
    SanitizationClaim claim = SanitizationClaim.of(erase.claim());
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("method", erase.request().method().name());
    node.put("passes", erase.passes());
    if (erase.request().method().claim() != EraseClaim.HIDDEN) {
      node.set("patterns", patterns(erase.request().passes()));
    }
    node.put("claim", claim.name());
    claim.standard().ifPresent(standard -> node.put("standard", standard));
    node.put("scope", claim.scope());
    erase.key().ifPresent(key -> node.put("key", key));
    return node;
  }

  private static ArrayNode patterns(ErasePasses passes) {
    ArrayNode patterns = JsonNodeFactory.instance.arrayNode();
    for (int pass = 0; pass < passes.count(); pass++) {
      patterns.add(HexFormat.of().toHexDigits(passes.byteOf(pass)));
    }
    return patterns.add("00");
  }

  private static ObjectNode verification(EraseReport erase) {
    EraseSample sample = erase.request().sample();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (sample.isNone()) {
      node.put("extent", "none");
    } else if (sample.isAll()) {
      node.put("extent", "full");
    } else {
      node.put("extent", "sample");
      node.put("partsPerMillion", sample.partsPerMillion());
      node.put("seed", sample.seed());
    }
    if (!sample.isNone()) {
      node.put("path", erase.verification());
    }
    node.put("verifiedBytes", erase.verifiedBytes());
    node.put("result", sample.isNone() ? "NOT_DONE" : "PASSED");
    return node;
  }

  private static ObjectNode validation(EraseSample sample, Instant accepted) {
    String verified = sample.isAll() ? "every byte that was erased" : "every byte of the sample";
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("by", "lunette");
    node.put("at", accepted.toString());
    node.put("rule", verified + " was read back from the device as erased");
    node.put("result", "ACCEPTED");
    return node;
  }

  /** Who wanted the erase. */
  static ObjectNode requested(Actor actor, Instant at, String reason) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("by", actor.value());
    node.put("at", at.toString());
    node.put("reason", reason);
    return node;
  }
}
