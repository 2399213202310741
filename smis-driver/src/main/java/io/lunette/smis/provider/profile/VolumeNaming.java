/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.provider.ProviderParts;
import java.util.Optional;
import java.util.UUID;

/**
 * Finds names for volumes. SMI-S lets clients call two volumes alike and use any character; our
 * names are unique and plain. So a volume gets a name that resembles what it is called, and the
 * label is kept beside it.
 */
final class VolumeNaming {

  private static final int LABEL_MAX = 256;
  private static final int NAME_MAX = 100;
  private static final int TRIES = 100;
  private static final String NEUTRAL = "volume-";

  private final ProviderParts parts;

  VolumeNaming(ProviderParts parts) {
    this.parts = parts;
  }

  /** What a volume shall be called: as the client says, else something new. */
  String label(Optional<String> wanted) {
    String label =
        wanted
            .map(text -> text.replaceAll("\\p{Cntrl}", "").strip())
            .filter(text -> !text.isEmpty())
            .orElseGet(() -> NEUTRAL + random());
    if (label.length() > LABEL_MAX) {
      throw new CimException(
          CimStatus.INVALID_PARAMETER, "an ElementName has at most " + LABEL_MAX + " characters");
    }
    return label;
  }

  /** A name that no volume has, and that nobody else makes one of until this is closed. */
  record Held(VolumeName name, VolumeClaims.Claim claim) implements AutoCloseable {

    @Override
    public void close() {
      claim.close();
    }
  }

  /** A name for a volume with that label, which is not one of the domain's. */
  Held hold(String label) throws VolumeException {
    String plain = label.replaceAll("[^A-Za-z0-9._@-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    if (plain.isEmpty() || parts.owners().ownerOf(name(plain)).isPresent()) {
      plain = NEUTRAL + plain;
    }
    Optional<Held> held = tryHold(name(plain));
    for (int i = 2; held.isEmpty(); i++) {
      held = tryHold(name(plain + "-" + (i <= TRIES ? Integer.toString(i) : random())));
    }
    return held.get();
  }

  private Optional<Held> tryHold(VolumeName name) throws VolumeException {
    Optional<VolumeClaims.Claim> claim = parts.core().claims().tryTake(name);
    boolean isFree = false;
    try {
      isFree = claim.isPresent() && parts.driver().find(name).isEmpty();
      return isFree ? claim.map(taken -> new Held(name, taken)) : Optional.empty();
    } finally {
      if (!isFree) {
        claim.ifPresent(VolumeClaims.Claim::close);
      }
    }
  }

  private static VolumeName name(String text) {
    int from = Math.max(0, text.length() - NAME_MAX);
    String tail = text.substring(from);
    return new VolumeName(Character.isLetterOrDigit(tail.charAt(0)) ? tail : "v" + tail);
  }

  private static String random() {
    return UUID.randomUUID().toString().substring(0, 8);
  }
}
