/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.format.KeySlot;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two copies of a record are both sound, and not the same. */
class UnlikeKeyRecordsTest extends KeyRecordsCase {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final byte[] NONE = new byte[KeySlot.BYTES];

  /** Where the copies of the first record lie. */
  private List<Long> copies;

  @BeforeEach
  void makeVolumes() throws Exception {
    open();
    create(VOLUME, 1);
    create(OTHER, 2);
    driver.close();
    copies = recordPages();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneThatIsMissing(int copy) throws Exception {
    put(copy, NONE);

    requireMended(copy);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneOfAnEpochBefore(int copy) throws Exception {
    byte[] before = recordAt(copies.get(0));
    open();
    eraseByKey(OTHER);
    driver.close();
    assertThat(recordAt(copies.get(0))).isNotEqualTo(before);
    put(copy, before);

    requireMended(copy);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneOfAnotherKey(int copy) throws Exception {
    put(copy, recordAt(copies.get(0) + KeySlot.BYTES));

    requireMended(copy);
  }

  /** Whichever of the copies a write that went astray has hit. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneOfAnotherKeyIsMendedByTheNextOpening(int copy) throws Exception {
    byte[] right = recordAt(copies.get(copy));
    put(copy, recordAt(copies.get(0) + KeySlot.BYTES));

    open();

    assertThat(driver.keyTrouble()).isEmpty();
    create(new VolumeName("third"), 3);
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(read(OTHER)).isEqualTo(2);
    driver.close();
    assertThat(recordAt(copies.get(copy))).isEqualTo(right);
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** What went astray has its own place still, though only one copy of that is sound. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneOfAnotherKeyOfWhichACopyIsDamaged(int copy) throws Exception {
    byte[] right = recordAt(copies.get(copy));
    byte[] other = recordAt(copies.get(copy) + KeySlot.BYTES);
    put(copies.get(copy) + KeySlot.BYTES, right);
    device.flip((copies.get(copy) + 60) * Byte.SIZE);
    PagedDevice opened = device.copy();

    assertThat(PoolCheck.check(device).problems()).hasSize(2).allMatch(PoolProblem::isRepairable);
    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.report().problems()).isEmpty();
    assertThat(recordAt(copies.get(copy))).isEqualTo(right);
    assertThat(recordAt(copies.get(copy) + KeySlot.BYTES)).isEqualTo(other);
    open(opened);
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(read(OTHER)).isEqualTo(2);
    driver.close();
    assertThat(PoolCheck.check(opened).problems()).isEmpty();
  }

  /** Neither is written over then. */
  @Test
  void twoThatAreNeededBothStay() throws Exception {
    byte[] record = recordAt(copies.get(0));
    byte[] other = recordAt(copies.get(0) + KeySlot.BYTES);
    put(1, other);
    for (long copy : copies) {
      put(copy + KeySlot.BYTES, NONE);
    }

    open();

    assertThat(driver.keyTrouble()).isPresent();
    create(new VolumeName("third"), 3);
    driver.close();
    assertThat(recordAt(copies.get(0))).isEqualTo(record);
    assertThat(recordAt(copies.get(1))).isEqualTo(other);
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .returns(false, PoolProblem::isRepairable)
        .asString()
        .endsWith("has; a layer needs both");
  }

  /** What no layer needs may be as a crash left it; so may what is wrapped anew. */
  @Test
  void atNoCrashIsThatAProblem() throws Exception {
    open();
    create(new VolumeName("third"), 3);
    driver.delete(new VolumeName("third"));
    eraseByKey(OTHER);
    driver.close();

    RecordingDevice.Crashes crashes = device.crashes();
    int noted = 0;
    while (crashes.advance()) {
      for (double kept : new double[] {0, 0.5, 1}) {
        PoolReport report = PoolCheck.check(crashes.image(new Random(crashes.at()), kept));
        assertThat(report.problems()).as("at call %d", crashes.at()).isEmpty();
        noted += report.notes().toString().contains("being written") ? 1 : 0;
      }
    }
    assertThat(noted).isPositive();
  }

  private void requireMended(int copy) throws Exception {
    String place = "key record at byte " + copies.get(copy);
    byte[] right = recordAt(copies.get(1 - copy));
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .returns(true, PoolProblem::isRepairable)
        .asString()
        .isEqualTo(
            place + ": is not what its other copy, at byte " + copies.get(1 - copy) + ", has");

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.fixed()).singleElement().asString().startsWith(place);
    assertThat(outcome.report().problems()).isEmpty();
    assertThat(recordAt(copies.get(copy))).isEqualTo(right);
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(VOLUME)).isEqualTo(1);
    driver.close();
  }

  private void put(int copy, byte[] record) {
    put(copies.get(copy), record);
  }
}
