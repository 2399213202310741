/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page of the ring that the device does not read, as a power cut may leave one. */
class UnreadableJournalTest {

  private static final VolumeName FIRST = new VolumeName("first");
  private static final VolumeName LAST = new VolumeName("last");
  private static final long POOL_BYTES = 64L << 20;
  private static final long RING = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long RING_BYTES =
      PoolLayout.journalExtents(POOL_BYTES) * PoolLayout.EXTENT_BYTES;

  private final FailingDevice device = new FailingDevice(POOL_BYTES);
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeVolumes() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    driver = open();
    driver.create(FIRST, 1 << 20);
    driver.create(LAST, 1 << 20);
  }

  @Test
  void oneThatTheRingDoesNotNeedIsOfNoConcern() throws Exception {
    driver.close();
    device.failReads(FailingDevice.at(RING + RING_BYTES / 2));

    requireBothAreFound();
  }

  @Test
  void oneThatACrashFoundBeingWrittenIsTheEndOfTheJournal() throws Exception {
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    device.failReads(FailingDevice.at(RING + end));

    requireBothAreFound();
  }

  /** Nor does one that ended before, though a repair has gone past what cannot be read. */
  @Test
  void noEraseOfBeforeSpeaksForIt() throws Exception {
    assertThat(erase().claim()).isEqualTo(EraseClaim.REMOVED);
    driver.close();
    driver = open();
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    device.failReads(FailingDevice.at(RING + end));
    TreePages.damage(device, TreePages.newestLeaf(device, TreeKey.Kind.SPACE.code()));
    assertThat(PoolRepair.repair(device).fixed()).isNotEmpty();
    device.heal();
    driver = open();

    assertThat(driver.journalTrouble()).isEmpty();
    assertThat(erase().claim()).isEqualTo(EraseClaim.HIDDEN);
    driver.close();
  }

  @Test
  void thatTheLastCommitsMayBeLostIsTold() throws Exception {
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    long lost = end - 2 * PagedDevice.PAGE;
    device.failReads((offset, length) -> offset < RING + end && RING + lost < offset + length);
    String told = "position " + lost;
    assertThat(PoolCheck.check(device).notes())
        .anyMatch(note -> note.endsWith("the last commits may have been there"));

    try (CapturedLog log = new CapturedLog(JournalReader.class)) {
      driver = open();

      assertThat(log.lines(Level.ERROR)).singleElement().asString().contains(told);
    }
    assertThat(driver.journalTrouble().orElseThrow()).contains(told).contains("pages: 2");
    driver.close();
    device.heal();
    driver = open();
    assertThat(driver.journalTrouble()).isEmpty();
    driver.close();
  }

  /** It may be a commit that was acknowledged, with what it reserved. */
  @Test
  void noEraseSpeaksForWhatItMayHaveReserved() throws Exception {
    byte[] mark = "what the tenant wrote".getBytes(StandardCharsets.US_ASCII);
    try (BlockDevice volume = driver.open(FIRST, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).put(0, mark);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
    assertThat(RawBytes.occurrences(device, mark)).isEqualTo(1);
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    device.failReads(FailingDevice.at(RING + end));
    driver = open();
    device.heal();

    assertThat(erase().claim()).isEqualTo(EraseClaim.HIDDEN);
    assertThat(RawBytes.occurrences(device, mark)).isZero();
    driver.close();
  }

  /** Of a full pool, so that it needs extents; whatever it wrote, another one ends it. */
  @Test
  void norAfterARepairThatDied() throws Exception {
    fillThePool();
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    TreePages.damage(device, TreePages.newestLeaf(device, TreeKey.Kind.SPACE.code()));

    boolean hasEnded = false;
    for (int writes = 0; !hasEnded; writes++) {
      FailingDevice dying = copyOfTheDevice();
      AtomicLong unreadable = new AtomicLong(RING + end);
      AtomicInteger left = new AtomicInteger(writes);
      dying.failReads((at, length) -> FailingDevice.at(unreadable.get()).takes(at, length));
      dying.failWrites(
          (at, length) -> {
            unreadable.updateAndGet(p -> FailingDevice.at(p).takes(at, length) ? -1 : p);
            return false;
          });
      dying.refuseWrites((at, length) -> left.getAndDecrement() <= 0);
      try {
        hasEnded = !PoolRepair.repair(dying).fixed().isEmpty();
      } catch (DeviceException e) {
        dying.refuseWrites((at, length) -> false);
        assertThat(PoolRepair.repair(dying).report().problems()).isEmpty();
      }
      dying.heal();
      driver = EngineVolumeDriver.open(dying, Clock.systemUTC(), 8 << 20);
      assertThat(erase().claim()).as("after %d writes", writes).isEqualTo(EraseClaim.HIDDEN);
      driver.close();
    }
  }

  private void fillThePool() throws Exception {
    VolumeName full = new VolumeName("full");
    driver.create(full, POOL_BYTES);
    ByteBuffer bytes = ByteBuffer.allocateDirect(PoolLayout.EXTENT_BYTES).putInt(0, 1);
    try (BlockDevice volume = driver.open(full, AccessMode.READ_WRITE)) {
      assertThatThrownBy(
              () -> {
                for (long at = 0; at < POOL_BYTES; at += bytes.capacity()) {
                  BlockingIo.write(volume, at, bytes.clear(), Durability.VISIBLE);
                }
              })
          .isInstanceOfSatisfying(
              BlockException.class,
              e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE));
    }
  }

  private FailingDevice copyOfTheDevice() {
    FailingDevice copy = new FailingDevice(POOL_BYTES);
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      copy.put((long) page * PagedDevice.PAGE, device.page(page), 0, PagedDevice.PAGE);
    }
    return copy;
  }

  /** Else one of them could lie behind a later commit. */
  @Test
  void whatCouldNotBeReadIsWritten() throws Exception {
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    AtomicLong first = new AtomicLong(RING + end);
    AtomicLong second = new AtomicLong(RING + end + PagedDevice.PAGE);
    device.failReads(
        (offset, length) ->
            Stream.of(first, second)
                .anyMatch(p -> FailingDevice.at(p.get()).takes(offset, length)));
    device.failWrites(
        (offset, length) -> {
          for (AtomicLong place : List.of(first, second)) {
            place.updateAndGet(p -> FailingDevice.at(p).takes(offset, length) ? -1 : p);
          }
          return false;
        });

    driver = open();
    assertThat(driver.journalTrouble()).isPresent();
    driver.abandon();

    assertThat(first).hasNegativeValue();
    assertThat(second).hasNegativeValue();
    requireBothAreThere();
  }

  /** Else a later commit that a crash tears could not be told from one with others behind it. */
  @Test
  void whatCannotBeReadFarAheadIsWrittenToo() throws Exception {
    driver.abandon();
    AtomicLong ahead = new AtomicLong(RING + RING_BYTES / 2);
    device.failReads((offset, length) -> FailingDevice.at(ahead.get()).takes(offset, length));
    device.failWrites(
        (offset, length) -> {
          ahead.updateAndGet(p -> FailingDevice.at(p).takes(offset, length) ? -1 : p);
          return false;
        });

    driver = open();
    assertThat(driver.journalTrouble()).isEmpty();
    driver.abandon();

    assertThat(ahead).hasNegativeValue();
    requireBothAreThere();
  }

  @Test
  void whereThatCannotBeWrittenEitherThePoolOpens() throws Exception {
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    long bad = RING + end + RING_BYTES / 2;
    device.failReads(
        (offset, length) ->
            FailingDevice.at(RING + end).takes(offset, length)
                || FailingDevice.at(bad).takes(offset, length));
    device.failWrites(FailingDevice.at(bad));

    requireBothAreThere();
  }

  @Test
  void aLastCommitThatIsReadOnlyNowAndThenIsNotGivenUp() throws Exception {
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    AtomicInteger failures = new AtomicInteger(3);
    FailingDevice.Choice last = FailingDevice.at(RING + end - PagedDevice.PAGE);
    device.failReads(
        (offset, length) -> last.takes(offset, length) && failures.getAndDecrement() > 0);

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("only now and then");
    requireBothAreThere();
  }

  /** The blocks that the commit before vouched for were free to be overwritten since. */
  @Test
  void theCommitBeforeIsNotDroppedForWhatWasOverwrittenSince() throws Exception {
    try (BlockDevice volume = driver.open(FIRST, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, PoolLayout.EXTENT_BYTES, numbered(0), Durability.DURABLE);
      BlockingIo.write(volume, 0, numbered(1), Durability.DURABLE);
      BlockingIo.write(volume, 0, numbered(2), Durability.VISIBLE);
      BlockingIo.flush(volume);
      driver.abandon();
    }
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    device.failReads(FailingDevice.at(RING + end - PagedDevice.PAGE));

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("cannot be read")
        .hasMessageContaining("open the pool again");
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .asString()
        .contains("cannot be read");
    assertThat(PoolRepair.repair(device).fixed()).isEmpty();

    device.heal();
    driver = open();
    try (BlockDevice volume = driver.open(FIRST, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
      BlockingIo.read(volume, 0, block);
      assertThat(block.getInt(0)).isEqualTo(2);
    }
    driver.close();
  }

  /** What follows says that it was whole. */
  @Test
  void oneBeforeASoundCommitIsDamage() throws Exception {
    driver.abandon();
    PoolState state = PoolState.read(device, new PageCache(1 << 20));
    assertThat(state.journalEnd().groups()).isGreaterThan(1);
    device.failReads(FailingDevice.at(RING + state.superblock().journalTail()));

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("of a later commit is at");
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .asString()
        .contains("of a later commit is at");
  }

  @Test
  void aDeviceThatReadsNoneOfThemIsGone() throws Exception {
    driver.close();
    device.failReads((offset, length) -> RING <= offset && offset < RING + RING_BYTES);

    assertThatThrownBy(this::open)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("cannot read at");
    assertThat(PoolCheck.check(device).problems())
        .singleElement()
        .asString()
        .contains("cannot read at");
  }

  private EraseReport erase() throws Exception {
    return driver
        .erase(FIRST, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private void requireBothAreFound() throws Exception {
    PoolReport report = PoolCheck.check(device);
    assertThat(report.problems()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.startsWith("pages of the journal"));
    assertThat(PoolRepair.repair(device).report().problems()).isEmpty();
    requireBothAreThere();
  }

  private void requireBothAreThere() throws Exception {
    driver = open();
    assertThat(driver.find(FIRST)).isPresent();
    assertThat(driver.find(LAST)).isPresent();
    driver.close();
  }

  private static ByteBuffer numbered(int number) {
    return ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
  }

  private EngineVolumeDriver open() throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
  }
}
