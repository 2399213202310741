/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeDriverConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Core's suite against arrays that differ in what they have and how they do it. */
class SmisConformanceTest {

  /** An array of one flavour, for all drivers of one test. */
  abstract static class OnArray extends VolumeDriverConformance {

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    private ArrayFixture fixture;

    abstract Flavour flavour();

    @Override
    protected VolumeDriver openDriver() throws Exception {
      if (fixture == null) {
        fixture = new ArrayFixture(directory, flavour(), 1L << 30);
      }
      return fixture.open();
    }

    @AfterEach
    void stopArray() {
      fixture.close();
    }
  }

  /** Everything at once and nothing asynchronous. */
  @Nested
  class Plain extends OnArray {
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
  class Vendor extends OnArray {
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

  /**
   * Masking by groups, fully provisioned volumes that are not empty when they are made, full copies
   * alone, sizes and names of its own choice; properties that nobody knows, NULLs, keys in another
   * order, namespaces in capitals, several challenges.
   */
  @Nested
  class Grouping extends OnArray {
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

  /** Copy Services alone, as before SMI-S 1.5, few words, and numbers that it chooses itself. */
  @Nested
  class Legacy extends OnArray {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withCopies(Flavour.Copies.LEGACY)
          .rounding(1 << 20)
          .with(Flavour.Trait.CHOOSES_NUMBERS, Flavour.Trait.TERSE);
    }
  }

  /** Snapshots alone, by jobs, and an erasure service. */
  @Nested
  class SnapshotsOnly extends OnArray {
    @Override
    Flavour flavour() {
      return Flavour.PLAIN
          .withCopies(Flavour.Copies.SNAPSHOTS_ONLY)
          .withJobs(1)
          .with(Flavour.Trait.ERASURE);
    }
  }

  private static String shout(String name) {
    String loud = name.toUpperCase(java.util.Locale.ROOT);
    return "VOL " + loud.substring(0, Math.min(20, loud.length()));
  }
}
