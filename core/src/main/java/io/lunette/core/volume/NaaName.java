/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Locale;
import java.util.UUID;

/**
 * A volume's name as SCSI has it: a locally assigned NAA (SPC-4, NAA 3h). Made of the volume's
 * lasting identity, so target and array say the same of it.
 */
public record NaaName(long value) {

  private static final long LOCALLY_ASSIGNED = 0x3L << 60;

  /** The low 60 bits of a hash of the identity, under the prefix of locally assigned names. */
  public static NaaName of(UUID identity) {
    long mixed = identity.getMostSignificantBits() * 31 + identity.getLeastSignificantBits();
    return new NaaName(LOCALLY_ASSIGNED | mixed & ~(0xFL << 60));
  }

  /** 16 hexadecimal digits, in upper case. */
  public String hex() {
    return String.format(Locale.ROOT, "%016X", value);
  }
}
