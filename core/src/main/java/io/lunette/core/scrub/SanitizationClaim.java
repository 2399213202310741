/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.volume.EraseClaim;

/**
 * What a certificate says of an {@link EraseClaim}, which every method has. The categories are
 * those of NIST SP 800-88 Rev. 2; nothing here is ever a <i>Purge</i>, since a device may keep
 * copies in spare or remapped areas that no write reaches (IEEE 2883).
 */
enum SanitizationClaim {
  /** The bytes were overwritten where they were. */
  CLEAR(
      "the extents named were overwritten at their addresses on the device named; copies that the"
          + " device keeps out of reach of its interface are not covered"),
  /** The device answers zeroes, and may still hold the bytes. */
  HIDDEN(
      "the device answers zeroes for the extents named; the old bytes may still be on its medium:"
          + " no category of SP 800-88 is claimed"),
  /** The key is destroyed by which alone the bytes could be read. */
  CRYPTOGRAPHIC_ERASE(
      "logical volume: everything written to it was enciphered from the first write on by"
          + " XTS-AES-256 under the key named, which is destroyed: its wrapped record was"
          + " overwritten and read back, and the key-encryption key of its epoch was replaced and"
          + " destroyed; assumed: a sound random generator and AES of the Java runtime, which is no"
          + " validated module here, and no copy of the key file of before kept elsewhere; then the"
          + " extents named were overwritten as by CLEAR");

  private final String scope;

  SanitizationClaim(String scope) {
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

  /** What is covered and what is not, in words. */
  String scope() {
    return scope;
  }
}
