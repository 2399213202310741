/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.volume.InitiatorName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Which logical unit a mapping leads to.
 *
 * <p>A writable volume is one unit for all that it is mapped to: nodes of a cluster meet in its
 * reservations, and recognise it by its designator. A sealed one is a unit for each initiator, with
 * reservations, task set, unit attentions and mode parameters of its own: initiators that read the
 * same image have nothing to agree on, and must not learn of each other (DESIGN I6).
 *
 * <p>So the units of a sealed volume have different names too. One designator seen by two tenants
 * would tell them that they read one volume; its serial number would tell who had it before it was
 * sealed. The name is a keyed hash of the initiator under the volume's own identity, which no
 * initiator of a sealed volume is told: the same after a restart and after the LUN was taken and
 * given back, and without a relation to the name that others see. It is not kept anywhere.
 */
final class UnitIdentity {

  private static final String HASH = "HmacSHA256";

  private UnitIdentity() {}

  /**
   * The unit of a sealed volume that one initiator sees.
   *
   * @param volume lasting identity of the volume
   */
  static UUID ofSealed(UUID volume, InitiatorName initiator) {
    ByteBuffer key = ByteBuffer.allocate(2 * Long.BYTES);
    key.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    ByteBuffer hash;
    try {
      Mac mac = Mac.getInstance(HASH);
      mac.init(new SecretKeySpec(key.array(), HASH));
      hash = ByteBuffer.wrap(mac.doFinal(initiator.value().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HASH, e);
    }
    return versionEight(hash.getLong(), hash.getLong());
  }

  /** A UUID whose bits are the maker's own (RFC 9562 §5.8). */
  private static UUID versionEight(long high, long low) {
    return new UUID(high & ~0xF000L | 0x8000L, low & ~(0b11L << 62) | 0b10L << 62);
  }
}
