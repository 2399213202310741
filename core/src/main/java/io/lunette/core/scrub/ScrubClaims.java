/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.EraseReport;

/** What the certificate of a replica's scrub says: more than of any erase. Thread-safe. */
final class ScrubClaims {

  private final EraseClaims erases;

  ScrubClaims(EraseClaims erases) {
    this.erases = erases;
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
    ObjectNode claims = erases.of(erase, scrub.recorded());
    claims.put("scrub", scrub.id().toString());
    claims.put("replica", scrub.replica().value());
    claims.put("image", scrub.image().name().value());
    scrub.image().version().ifPresent(version -> claims.put("imageVersion", version));
    scrub.tenant().ifPresent(tenant -> claims.put("tenant", tenant.value()));
    scrub.server().ifPresent(server -> claims.put("server", server.value()));
    claims.put("attempts", scrub.attempts());
    claims.put("destination", destination.name());
    if (destination == ReplicaState.BUILDING) {
      claims.put(
          "layout",
          "the erased volume is deleted, and a new one is laid from image '"
              + scrub.image().name()
              + "' before the replica is READY");
    }
    if (reformat) {
      claims.withObject("/sanitization").put("procedure", "REFORMAT");
    }
    custody.held().ifPresent(held -> claims.set("allocation", allocation(held)));
    ReplicaMove asked = custody.asked();
    claims.set("requested", EraseClaims.requested(asked.actor(), asked.at(), asked.reason()));
    return claims;
  }

  private static ObjectNode allocation(Custody.Held held) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("allocated", held.allocated().at().toString());
    node.put("allocatedBy", held.allocated().actor().value());
    node.put("released", held.released().at().toString());
    node.put("releasedBy", held.released().actor().value());
    return node;
  }
}
