/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power goes in the middle of a turn of the epoch, and the key file with it, of which there is
 * a backup of before; then the device does not read, or write, all pages of records for a while.
 * What the backup opens is in one copy of each page alone.
 */
class KeyPagesOfTwoEpochsTest extends KeyRecordsCase {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName ERASED = new VolumeName("erased");

  /** As many as fill the first page of records with the other two, and begin the second. */
  private static final List<VolumeName> CLONES =
      IntStream.range(0, KeySlot.PER_PAGE).mapToObj(i -> new VolumeName("clone-" + i)).toList();

  private static final List<VolumeName> OF_THE_SECOND_PAGE =
      CLONES.subList(KeySlot.PER_PAGE - 2, KeySlot.PER_PAGE);

  private final FailingDevice left = new FailingDevice(64L << 20);
  private MemoryVault backup;

  /** Where the pages lie: the first copies of both, then the second ones. */
  private List<Long> pages;

  @BeforeEach
  void cutATurnShort() throws Exception {
    open();
    create(VOLUME, 1);
    create(ERASED, 2);
    VolumeName plain = new VolumeName("plain");
    driver.create(plain, 1 << 20);
    driver.seal(plain);
    driver.cloneEncrypted(plain, CLONES);
    backup = vault.copy();
    EraseReport ignored = erase(ERASED, EraseMethod.CRYPTO);
    driver.close();
    pages = KeyRecords.pages(device).stream().map(page -> (long) page * BLOCK).toList();
    assertThat(pages).hasSize(4);
    PagedDevice image = crashedWith(pages, List.of(2L, 2L, 1L, 1L));
    for (int page = image.nextNonZero(0); page >= 0; page = image.nextNonZero(page + 1)) {
      left.put((long) page * BLOCK, image.page(page), 0, BLOCK);
    }
  }

  /** What is needed of the page that is not read is deleted, as the pool's status says. */
  @Test
  void anOpeningThatDoesNotReadAnotherPageLeavesThem() throws Exception {
    failReadsOf(pages.get(1), pages.get(3));
    openWith(backup);
    assertThat(driver.keyTrouble().orElseThrow()).contains("at byte " + pages.get(1));
    assertThat(read(VOLUME)).isEqualTo(1);
    driver.delete(ERASED);
    for (VolumeName name : OF_THE_SECOND_PAGE) {
      driver.delete(name);
    }
    driver.close();
    assertThat(PoolCheck.check(left).notes())
        .contains(
            "not marked as closed: the next opening replays what is in the journal, commits: 0",
            "records of keys of two epochs: 31; an opening with the newest key file writes both"
                + " copies alike");

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  /** Nor does an erase of another key of that page write it: the newest key file may be back. */
  @Test
  void norIsWhatIsOfTheLaterEpochWrittenOver() throws Exception {
    byte[] later = page();
    failReadsOf(pages.get(1), pages.get(3));
    try (CapturedLog log = new CapturedLog(Scrubber.class)) {
      openWith(backup);
      driver.delete(CLONES.get(0));
      // Neither that nor the erase of before the crash is carried out.
      EncryptedPool.awaitTrue(
          () -> log.lines(Level.ERROR).size() > 1 || !Arrays.equals(page(), later));
    }
    driver.close();

    assertThat(page()).isEqualTo(later);
  }

  /** The first copy of the first of them. */
  private byte[] page() {
    return left.page((int) (pages.get(0) / BLOCK)).clone();
  }

  /** The first of the pages, or the second, once the first is written. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anOpeningThatCannotWriteThemAlikeLeavesThem(int page) throws Exception {
    left.refuseWrites(FailingDevice.at(pages.get(page)));
    openWith(backup);
    assertThat(driver.keyTrouble().orElseThrow()).contains("no space");
    driver.close();
    left.heal();

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  /** The key file is lost only after that. */
  @Test
  void aTurnThatCannotWriteThemAlikeLeavesThem() throws Exception {
    openWith(vault);
    EraseReport ended = erase(ERASED, EraseMethod.CRYPTO);
    assertThat(ended.claim()).isEqualTo(EraseClaim.KEY_DESTROYED);
    backup = vault.copy();
    FailingDevice.Choice second = FailingDevice.at(pages.get(2));
    left.refuseWrites(
        (offset, length) -> vault.epochs().size() > 1 && second.takes(offset, length));
    assertThatThrownBy(() -> erase(OF_THE_SECOND_PAGE.get(0), EraseMethod.CRYPTO))
        .hasMessageContaining("no space");
    driver.close();
    left.heal();
    assertThat(epoch(left, pages.get(0))).isGreaterThan(epoch(left, pages.get(2)));

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  @Test
  void anOpeningThatReadsNoneOfThemLeavesThem() throws Exception {
    failReadsOf(pages.get(0), pages.get(1), pages.get(2), pages.get(3));
    openWith(backup);
    assertThatThrownBy(() -> read(VOLUME)).hasMessageContaining("cannot be read");
    driver.close();
    left.heal();

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  @Test
  void anOpeningThatNeitherReadsNorWritesTheLaterLeavesTheEarlier() throws Exception {
    failReadsOf(pages.get(0), pages.get(1));
    left.refuseWrites(FailingDevice.at(pages.get(0)));
    openWith(backup);
    assertThat(read(VOLUME)).isEqualTo(1);
    driver.close();
    left.heal();

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  /** Of the key file that opens what is not read the opening has an old copy, or none. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOpeningThatDoesNotReadTheEarlierLeavesIt(boolean isNoneThere) throws Exception {
    MemoryVault keyFile = isNoneThere ? new MemoryVault() : backup;
    failReadsOf(pages.get(2), pages.get(3));
    openWith(keyFile);
    assertThatThrownBy(() -> read(VOLUME)).hasMessageContaining("locked");
    driver.close();
    left.heal();

    PoolRepair.Outcome ignored = PoolRepair.repair(left);

    requireVolume();
  }

  /** The first page has no record any more that the backup opens, the second has one copy. */
  @Test
  void whatIsOpenedDoesNotDependOnWhatLiesBefore() throws Exception {
    byte[] earlier = left.page((int) (pages.get(3) / BLOCK)).clone();
    openWith(vault);
    driver.close();
    assertThat(pages).allSatisfy(page -> assertThat(epoch(left, page)).isGreaterThan(1));
    left.put(pages.get(3), earlier, 0, BLOCK);

    openWith(backup);

    assertThatThrownBy(() -> read(VOLUME)).hasMessageContaining("does not have the key of epoch");
    assertThat(read(OF_THE_SECOND_PAGE.get(0))).isZero();
    driver.close();
  }

  private void requireVolume() throws Exception {
    left.heal();
    openWith(backup);
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(driver.keyTrouble()).isEmpty();
    driver.close();
    assertThat(epoch(left, pages.get(0))).isEqualTo(epoch(left, pages.get(2)));
  }

  private void failReadsOf(long... unreadable) {
    left.failReads(
        (offset, length) ->
            Arrays.stream(unreadable).anyMatch(at -> FailingDevice.at(at).takes(offset, length)));
  }

  private void openWith(MemoryVault keyFile) throws Exception {
    driver = EngineVolumeDriver.open(left, Clock.systemUTC(), 4 << 20, keyFile);
  }
}
