/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import java.util.HexFormat;

/**
 * What the certificate of a scrub says. The members follow the list of NIST SP 800-88 Rev. 1,
 * Appendix G, with verification and validation kept apart as Rev. 2 does. Stateless, so
 * thread-safe.
 */
final class ScrubClaims {

  private final String softwareVersion;

  ScrubClaims(String softwareVersion) {
    this.softwareVersion = softwareVersion;
  }

  /**
   * The claims of a scrub that the driver reports as verified.
   *
   * @param reformat whether that is what the pool's policy calls it
   */
  ObjectNode of(
      ScrubRecord scrub,
      EraseReport erase,
      Custody custody,
      ReplicaState destination,
      boolean reformat) {
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    claims.put("scrub", scrub.id().toString());
    claims.put("replica", scrub.replica().value());
    claims.put("volume", erase.volume().value());
    erase.volumeId().ifPresent(id -> claims.put("volumeUuid", id.toString()));
    claims.put("image", scrub.image().name().value());
    scrub.image().version().ifPresent(version -> claims.put("imageVersion", version));
    claims.put("tenant", scrub.tenant().value());
    claims.put("server", scrub.server().value());
    claims.put("device", erase.device());
    claims.put("extents", erase.extents());
    claims.put("erasedBytes", erase.erasedBytes());
    claims.put("attempts", scrub.attempts());
    claims.put("started", erase.started().toString());
    claims.put("ended", erase.ended().toString());
    claims.put("destination", destination.name());
    if (destination == ReplicaState.BUILDING) {
      claims.put(
          "layout",
          "the erased volume is deleted, and a new one is laid from image '"
              + scrub.image().name()
              + "' before the replica is READY");
    }
    claims.set("sanitization", sanitization(erase, reformat));
    claims.set("verification", verification(erase));
    claims.set("validation", validation(scrub));
    claims.set("allocation", allocation(custody));
    claims.set("requested", requested(custody.asked()));
    ObjectNode software = claims.putObject("software");
    software.put("name", "Lunette");
    software.put("version", softwareVersion);
    return claims;
  }

  private static ObjectNode sanitization(EraseReport erase, boolean reformat) {
    SanitizationClaim claim = SanitizationClaim.of(erase.claim());
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("method", erase.request().method().name());
    if (reformat) {
      node.put("procedure", "REFORMAT");
    }
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

  private static ObjectNode verification(EraseReport erase) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("extent", "full");
    node.put("path", erase.verification());
    node.put("verifiedBytes", erase.verifiedBytes());
    node.put("result", "PASSED");
    return node;
  }

  private static ArrayNode patterns(ErasePasses passes) {
    ArrayNode patterns = JsonNodeFactory.instance.arrayNode();
    for (int pass = 0; pass < passes.count(); pass++) {
      patterns.add(HexFormat.of().toHexDigits(passes.byteOf(pass)));
    }
    return patterns.add("00");
  }

  private static ObjectNode allocation(Custody custody) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("allocated", custody.allocated().at().toString());
    node.put("allocatedBy", custody.allocated().actor().value());
    node.put("released", custody.released().at().toString());
    node.put("releasedBy", custody.released().actor().value());
    return node;
  }

  private static ObjectNode requested(ReplicaMove asked) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("by", asked.actor().value());
    node.put("at", asked.at().toString());
    node.put("reason", asked.reason());
    return node;
  }

  private static ObjectNode validation(ScrubRecord scrub) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("by", "lunette");
    node.put("at", scrub.recorded().toString());
    node.put("rule", "every byte that was erased was read back from the device as erased");
    node.put("result", "ACCEPTED");
    return node;
  }
}
