/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.mapping.VolumeClaims;
import java.util.Optional;

/**
 * The claim of an import to the name of what it fills. It ends with the import, whatever that ends
 * in, unless a start may delete the volume still: nobody may use that until it is gone, or its note
 * is. Used by one thread after the other.
 */
final class ImportClaim implements AutoCloseable {

  private final VolumeClaims.Claim claim;
  private final CutImports cut;
  private Optional<UnfinishedImports.Left> noted = Optional.empty();

  ImportClaim(VolumeClaims.Claim claim, CutImports cut) {
    this.claim = claim;
    this.cut = cut;
  }

  /** From now on a start may delete the volume. */
  void noted(UnfinishedImports.Left left) {
    noted = Optional.of(left);
  }

  /** No start deletes the volume any more. */
  void settled() {
    noted = Optional.empty();
  }

  @Override
  public void close() {
    if (noted.isPresent()) {
      cut.keep(noted.get(), claim);
    } else {
      claim.close();
    }
  }
}
