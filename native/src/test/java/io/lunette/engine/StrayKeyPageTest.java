/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.KeyEncryptionKey;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page of records was written astray as well, where no key ever was. The turn of the epoch does
 * not come there: what it leaves is wrapped by what the vault has no more.
 */
class StrayKeyPageTest extends KeyRecordsCase {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName ERASED = new VolumeName("erased");

  /** Where both copies lie of the page that the records are in. */
  private List<Long> right;

  /** Where both copies lie of the page that they came to as well. */
  private List<Long> astray;

  private byte[] beforeTheTurn;

  /** What records have of the key that was erased; a page of before the turn has one. */
  private byte[] destroyed;

  private KeyEncryptionKey former;

  @BeforeEach
  void eraseByKey() throws Exception {
    open();
    create(VOLUME, 1);
    create(ERASED, 2);
    right = recordPages();
    astray = right.stream().map(page -> page + BLOCK).toList();
    beforeTheTurn = pageAt(right.get(0));
    former = vault.load(POOL).get(0);
    destroyed = RawBytes.ofKey(device, ERASED);
    eraseByKey(ERASED);
    assertThat(vault.epochs()).containsExactly(2L);
    driver.close();
  }

  /** In front of the right ones, and behind. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void theNextOpeningClearsIt(int copy, boolean inFront) throws Exception {
    exchangePages(inFront);
    put(astray.get(copy), beforeTheTurn);

    requireMended();
  }

  /** As an opening leaves it that takes what is astray for a record of that place. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soItDoesWhereBothCopiesHaveIt(boolean inFront) throws Exception {
    exchangePages(inFront);
    astray.forEach(page -> put(page, beforeTheTurn));

    requireMended();
  }

  /** After the next turn it would be of an epoch before. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void soItDoesWhereItIsOfTheSameEpoch(int copy, boolean inFront) throws Exception {
    byte[] present = pageAt(right.get(0));
    exchangePages(inFront);
    put(astray.get(copy), present);

    requireMended();
  }

  /** What went astray before does not make up for what another that went astray hits now. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRecordIsNotMadeUpForByOneOfAnEpochBefore(int copy) throws Exception {
    put(astray.get(copy), beforeTheTurn);
    hitTheRecordOfTheVolume(copy);

    requireMended();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void aRepairClearsIt(int copy, boolean inFront) throws Exception {
    exchangePages(inFront);
    put(astray.get(copy), beforeTheTurn);
    String place = "key record at byte " + astray.get(copy);
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .returns(true, PoolProblem::isRepairable)
        .asString()
        .startsWith(place + ": ")
        .endsWith(", whose place is at byte " + right.get(0));

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.fixed()).singleElement().asString().startsWith(place).endsWith("cleared");
    assertThat(outcome.report().problems()).isEmpty();
    assertThat(recordAt(astray.get(copy))).containsOnly(0);
    requireMended();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRepairClearsBothCopies(boolean inFront) throws Exception {
    exchangePages(inFront);
    astray.forEach(page -> put(page, beforeTheTurn));
    assertThat(PoolCheck.check(device).problems()).hasSize(2).allMatch(PoolProblem::isRepairable);

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.report().problems()).isEmpty();
    assertThat(astray).allSatisfy(page -> assertThat(recordAt(page)).containsOnly(0));
    requireMended();
  }

  /** Of what is damaged it makes no second record of a key. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRepairClearsItWhereTheOtherCopyIsDamaged(int copy) throws Exception {
    astray.forEach(page -> put(page, beforeTheTurn));
    device.flip((astray.get(copy) + 60) * Byte.SIZE);

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.report().problems()).isEmpty();
    assertThat(astray).allSatisfy(page -> assertThat(recordAt(page)).containsOnly(0));
    requireMended();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRepairTakesTheRecordOfTheLaterEpochForTheRightOne(int copy) throws Exception {
    put(astray.get(copy), beforeTheTurn);
    byte[] record = recordAt(right.get(copy));
    hitTheRecordOfTheVolume(copy);

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.report().problems()).isEmpty();
    assertThat(recordAt(right.get(copy))).isEqualTo(record);
    requireMended();
  }

  /** In the middle of a turn, the first copy of a record came to another's place. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void aRecordOfBeforeTheTurnMakesUpForOneThatHidesAnother(int copy, boolean isRepairedBefore)
      throws Exception {
    KeyEncryptionKey present = vault.load(POOL).get(0);
    vault.replace(POOL, present, List.of(former, present));
    byte[] record = recordAt(right.get(copy));
    right.forEach(page -> put(page, Arrays.copyOf(beforeTheTurn, KeySlot.BYTES)));
    put(right.get(copy) + 2 * KeySlot.BYTES, record);

    if (isRepairedBefore) {
      assertThat(PoolRepair.repair(device).report().problems()).hasSize(1);
    }

    requireMended();
    assertThat(vault.epochs()).hasSize(1);
  }

  /**
   * One copy of a record came to another's place instead of its own, once, and either may be it.
   */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void aRepairLeavesToTheOpeningWhatItCannotTell(int copy, boolean inFront) throws Exception {
    int from = inFront ? 2 * KeySlot.BYTES : 0;
    byte[] page = pageAt(right.get(copy));
    System.arraycopy(page, from, page, 2 * KeySlot.BYTES - from, KeySlot.BYTES);
    Arrays.fill(page, from, from + KeySlot.BYTES, (byte) 0);
    put(right.get(copy), page);

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.report().problems()).isEmpty();
    requireMended();
  }

  /** Whether the records are to be where they came to, and the other way round. */
  private void exchangePages(boolean whether) {
    if (!whether) {
      return;
    }
    for (int copy = 0; copy < right.size(); copy++) {
      byte[] page = pageAt(right.get(copy));
      put(right.get(copy), new byte[BLOCK]);
      put(astray.get(copy), page);
    }
    List<Long> before = right;
    right = astray;
    astray = before;
  }

  /** By the one that the other volume has now. */
  private void hitTheRecordOfTheVolume(int copy) {
    byte[] page = pageAt(right.get(copy));
    byte[] other = Arrays.copyOfRange(page, 2 * KeySlot.BYTES, 3 * KeySlot.BYTES);
    assertThat(other).isNotEqualTo(new byte[KeySlot.BYTES]);
    put(right.get(copy), other);
  }

  /** By one opening, so that the next erase by key, and the one after it, find nothing amiss. */
  private void requireMended() throws Exception {
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(read(ERASED)).isZero();
    driver.close();
    assertThat(astray).allSatisfy(page -> assertThat(pageAt(page)).containsOnly(0));
    requireNowhere(destroyed);
    open();
    create(new VolumeName("third"), 3);
    eraseByKey(ERASED);
    driver.close();
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(read(new VolumeName("third"))).isEqualTo(3);
    driver.close();
    assertThat(KeyRecords.of(device, POOL)).hasSize(3);
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }
}
