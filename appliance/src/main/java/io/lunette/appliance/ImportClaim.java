/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.mapping.VolumeClaims;

/**
 * The claim of an import to the name of what it fills. It ends with the import, unless the next
 * start may delete the volume: nobody may use that until then. Used by one thread after the other.
 */
final class ImportClaim implements AutoCloseable {

  private final VolumeClaims.Claim claim;
  private boolean kept;

  ImportClaim(VolumeClaims.Claim claim) {
    this.claim = claim;
  }

  /** Lets it outlive its import. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() {
    if (!kept) {
      claim.close();
    }
  }
}
