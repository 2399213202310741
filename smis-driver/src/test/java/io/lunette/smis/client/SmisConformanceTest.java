/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import org.junit.jupiter.api.Nested;

/** Core's suite against arrays that differ in how they do it. */
class SmisConformanceTest {

  /** Everything at once and nothing asynchronous. */
  @Nested
  class Plain extends ArrayConformance {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN;
    }
  }

  /**
   * Jobs in a namespace of their own, chunked and wordy answers, class names and an interop
   * namespace of its own, names in capitals.
   */
  @Nested
  class Vendor extends ArrayConformance {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withPrefix("ACME")
          .withInterop("root/PG_InterOp")
          .withJobs(2)
          .with(Flavour.Trait.CHUNKS, Flavour.Trait.CHATTY, Flavour.Trait.JOBS_ELSEWHERE)
          .mangling(SmisConformanceTest::shout);
    }
  }

  /** Copy Services alone, as before SMI-S 1.5, few words, and numbers that it chooses itself. */
  @Nested
  class Legacy extends ArrayConformance {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withCopies(Flavour.Copies.LEGACY)
          .rounding(1 << 20)
          .with(Flavour.Trait.CHOOSES_NUMBERS, Flavour.Trait.TERSE);
    }
  }

  private static String shout(String name) {
    String loud = name.toUpperCase(java.util.Locale.ROOT);
    return "VOL " + loud.substring(0, Math.min(20, loud.length()));
  }
}
