/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import org.junit.jupiter.api.Nested;

/** Core's suite against arrays that have full copies or snapshots, not both. */
class SmisCopiesConformanceTest {

  /**
   * Masking by groups, fully provisioned volumes that are not empty when they are made, full copies
   * alone, sizes and names of its own choice; properties that nobody knows, NULLs, keys in another
   * order, namespaces in capitals, several challenges.
   */
  @Nested
  class Grouping extends ArrayConformance {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withCopies(Flavour.Copies.CLONES_ONLY)
          .rounding(1 << 20)
          .with(
              Flavour.Trait.GROUPS,
              Flavour.Trait.FULLY_PROVISIONED,
              Flavour.Trait.SHORT_LABELS,
              Flavour.Trait.NAMES_SIZES,
              Flavour.Trait.ODD,
              Flavour.Trait.CHALLENGES);
    }
  }

  /** Snapshots alone, by jobs, and an erasure service. */
  @Nested
  class SnapshotsOnly extends ArrayConformance {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withCopies(Flavour.Copies.SNAPSHOTS_ONLY)
          .withJobs(1)
          .with(Flavour.Trait.ERASURE);
    }
  }
}
