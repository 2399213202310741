/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One copy of a page of records cannot be read for a while, and the other lacks the record of a key
 * that a layer needs: it may be in that copy alone.
 */
class HalfReadKeyPageTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName NEIGHBOUR = new VolumeName("neighbour");
  private static final VolumeName LATER = new VolumeName("later");
  private static final int BLOCK = 4096;
  private static final int MAP = 16;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  /** Where both copies lie of the page with the records of the volume and its neighbour. */
  private List<Long> copies;

  /** Another page of records. */
  private byte[] otherPage;

  /** What the other copy lacks, and by what. */
  enum Lack {
    DAMAGED {
      @Override
      void inflict(HalfReadKeyPageTest on, long copy) {
        on.flipABit(copy);
      }
    },
    EMPTY {
      @Override
      void inflict(HalfReadKeyPageTest on, long copy) {
        on.device.put(copy, new byte[KeySlot.BYTES], 0, KeySlot.BYTES);
      }
    },
    HIT_BY_ANOTHER_PAGE {
      @Override
      void inflict(HalfReadKeyPageTest on, long copy) {
        on.device.put(copy, on.otherPage, 0, BLOCK);
      }
    };

    abstract void inflict(HalfReadKeyPageTest on, long copy);
  }

  @BeforeEach
  void fillMoreThanAPage() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open();
    VolumeName plain = new VolumeName("plain");
    driver.create(plain, 1 << 20);
    driver.seal(plain);
    create(VOLUME, 1);
    create(NEIGHBOUR, 2);
    driver.cloneEncrypted(
        plain,
        IntStream.range(0, KeySlot.PER_PAGE).mapToObj(i -> new VolumeName("clone-" + i)).toList());
    driver.close();
    List<Integer> pages = KeyRecords.pages(device);
    assertThat(pages).hasSize(4);
    copies = List.of((long) pages.get(0) * BLOCK, (long) pages.get(2) * BLOCK);
    otherPage = device.page(pages.get(1)).clone();
  }

  private static Stream<Arguments> eitherCopyAndEveryLack() {
    return Stream.of(Lack.values())
        .flatMap(lack -> Stream.of(arguments(0, lack), arguments(1, lack)));
  }

  @ParameterizedTest
  @MethodSource("eitherCopyAndEveryLack")
  void aRepairDoesNotWriteIt(int unreadable, Lack lack) throws Exception {
    lack.inflict(this, copies.get(1 - unreadable));
    device.failReads(FailingDevice.at(copies.get(unreadable)));

    PoolRepair.Outcome outcome = PoolRepair.repair(device);

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems().toString()).contains("record is lost");
    device.heal();
    requireVolumes();
  }

  /** It was read by the check, and is what the other copy is to be mended from. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void norDoesOneThatCannotReadItAnyMore(int unreadable) throws Exception {
    flipABit(copies.get(1 - unreadable));
    flipABit(copies.get(unreadable) + KeySlot.BYTES);
    FailingDevice.Choice page = FailingDevice.at(copies.get(unreadable));
    AtomicInteger reads = new AtomicInteger();
    device.failReads(
        (offset, length) -> {
          reads.addAndGet(page.takes(offset, length) ? 1 : 0);
          return false;
        });
    assertThat(PoolCheck.check(device).problems()).hasSize(2);
    device.failReads((offset, length) -> page.takes(offset, length) && reads.decrementAndGet() < 0);

    assertThat(PoolRepair.repair(device).report().problems()).isNotEmpty();

    device.heal();
    requireVolumes();
  }

  @ParameterizedTest
  @MethodSource("eitherCopyAndEveryLack")
  void norDoesAnOpening(int unreadable, Lack lack) throws Exception {
    lack.inflict(this, copies.get(1 - unreadable));
    device.failReads(FailingDevice.at(copies.get(unreadable)));

    open();

    assertThat(driver.keyTrouble().orElseThrow())
        .contains("cannot be read")
        .contains(copies.get(0) + ", copy " + copies.get(1));
    assertThatThrownBy(() -> read(VOLUME)).hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> driver.createEncrypted(LATER, 1 << 20, BLOCK))
        .isInstanceOfSatisfying(
            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
    driver.close();
    device.heal();
    requireVolumes();
  }

  /** What it lacks is then in neither, and nobody's. */
  @ParameterizedTest
  @CsvSource({"0, DAMAGED", "1, DAMAGED", "0, EMPTY", "1, EMPTY"})
  void itIsWrittenWhenNoVolumeNeedsThatAnyMore(int unreadable, Lack lack) throws Exception {
    lack.inflict(this, copies.get(1 - unreadable));
    device.failReads(FailingDevice.at(copies.get(unreadable)));
    open();
    driver.delete(VOLUME);
    driver.close();

    assertThat(PoolRepair.repair(device).report().problems().toString()).doesNotContain("lost");

    device.heal();
    assertThat(Arrays.copyOf(pageAt(copies.get(unreadable)), KeySlot.BYTES)).containsOnly(0);
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(NEIGHBOUR)).isEqualTo(2);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRepairWritesItFromASoundOtherWhereOnlySomethingElseIsLost(int unreadable) throws Exception {
    loseAMap();
    byte[] page = pageAt(copies.get(unreadable));
    device.put(copies.get(unreadable), new byte[BLOCK], 0, BLOCK);
    device.failReads(FailingDevice.at(copies.get(unreadable)));

    PoolRepair.Outcome ignored = PoolRepair.repair(device);

    assertThat(pageAt(copies.get(unreadable))).isEqualTo(page);
  }

  /** There may be layers that are not known, for the same reason that something is lost. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void notSoWhereTheOtherHasARecordThatIsNotRight(int unreadable, boolean isAstray)
      throws Exception {
    open();
    driver.delete(NEIGHBOUR);
    driver.close();
    loseAMap();
    long record = copies.get(1 - unreadable) + KeySlot.BYTES;
    if (isAstray) {
      device.put(record, otherPage, 0, KeySlot.BYTES);
    } else {
      flipABit(record);
    }
    device.put(copies.get(unreadable), new byte[BLOCK], 0, BLOCK);
    device.failReads(FailingDevice.at(copies.get(unreadable)));

    assertThat(PoolRepair.repair(device).report().problems().toString()).doesNotContain("is lost");

    assertThat(pageAt(copies.get(unreadable))).containsOnly(0);
  }

  /** That of a volume without a key. */
  private void loseAMap() throws Exception {
    open();
    VolumeName lost = new VolumeName("lost");
    driver.create(lost, 1 << 20);
    write(lost, 4);
    driver.close();
    TreePages.damage(device, TreePages.newestLeaf(device, MAP));
  }

  private void requireVolumes() throws Exception {
    open();
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(VOLUME)).isEqualTo(1);
    assertThat(read(NEIGHBOUR)).isEqualTo(2);
    create(LATER, 3);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** Of what follows the record's checksum. */
  private void flipABit(long record) {
    device.flip((record + 60) * Byte.SIZE);
  }

  private byte[] pageAt(long offset) {
    return device.page((int) (offset / BLOCK));
  }

  private void create(VolumeName name, int content) throws Exception {
    driver.createEncrypted(name, 1 << 20, BLOCK);
    write(name, content);
  }

  private void write(VolumeName name, int content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, content);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private int read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }
}
