/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.volume.EraseClaim;
import java.util.Optional;

/**
 * What a certificate says of an {@link EraseClaim}, which every method has. The categories are
 * those of NIST SP 800-88 Rev. 2; nothing here is ever a <i>Purge</i>, since a device may keep
 * copies in spare or remapped areas that no write reaches (IEEE 2883). The extents are counted in a
 * certificate and not listed, so no scope says that they can be told from it.
 */
enum SanitizationClaim {
  /** The bytes were overwritten where they were. */
  CLEAR(
      Optional.of(SanitizationClaim.SP_800_88),
      "every block that was written for this volume since its extent was last clean, in as many"
          + " extents as are counted here, was overwritten at its address on the device named;"
          + " which extents these were is not recorded here; copies that the device keeps out of"
          + " reach of its interface are not covered"),
  /** The device answers zeroes, and may still hold the bytes. */
  HIDDEN(
      Optional.empty(),
      "the device answers zeroes for as many extents as are counted here; which these were is not"
          + " recorded here; the old bytes may still be on its medium: no category of SP 800-88 is"
          + " claimed"),
  /** The key is destroyed by which alone the bytes could be read. */
  CRYPTOGRAPHIC_ERASE(
      Optional.of(SanitizationClaim.SP_800_88),
      "logical volume: everything written to it was enciphered from the first write on by"
          + " XTS-AES-256 under the key named, which is destroyed: its wrapped record was"
          + " overwritten and read back, and the key-encryption key of its epoch was replaced and"
          + " destroyed; assumed: a sound random generator and AES of the Java runtime, which is no"
          + " validated module here, and no copy of the key file of before kept elsewhere; then as"
          + " many extents as are counted here were overwritten as by CLEAR");

  private static final String SP_800_88 = "NIST SP 800-88 Rev. 2";

  private final Optional<String> standard;
  private final String scope;

  SanitizationClaim(Optional<String> standard, String scope) {
    this.standard = standard;
    this.scope = scope;
  }

  /** The category of what was done. */
  static SanitizationClaim of(EraseClaim claim) {
    return switch (claim) {
      case REMOVED -> CLEAR;
      case HIDDEN -> HIDDEN;
      case KEY_DESTROYED -> CRYPTOGRAPHIC_ERASE;
    };
  }

  /** The standard that has the category; none has one for what is only hidden. */
  Optional<String> standard() {
    return standard;
  }

  /** What is covered and what is not, in words. */
  String scope() {
    return scope;
  }
}
