/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.BlockSums;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the journal that have the sums of their data, and groups without a record. */
class JournalSumsTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final UUID POOL = new UUID(7, 7);

  /** A ring of one extent: sixteen frames. */
  private static final long RING_EXTENT = 2;

  private static final long DATA = 3L * PoolLayout.EXTENT_BYTES;
  private static final long FIRST_SEQUENCE = 5;

  private final WornDevice device = new WornDevice(4L << 20);
  private final JournalWriter writer =
      new JournalWriter(device, RING_EXTENT, 1, POOL, 0, FIRST_SEQUENCE);
  private final List<Long> replayed = new ArrayList<>();
  private final List<Long> dropped = new ArrayList<>();

  @Test
  void aGroupWhoseDataIsThereIsReplayedAndVouchesForIt() throws Exception {
    writer.appendWithData(group(1, 2));

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.groups()).isEqualTo(1);
    assertThat(end.position()).isEqualTo(writer.position());
    assertThat(end.sequence()).isEqualTo(writer.sequence());
    assertThat(blocks(end.sums())).containsExactly(DATA / BLOCK, DATA / BLOCK + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, BlockSums.MAX - 1})
  void aGroupOfWhichOneBlockIsNotThereNeverHappened(int missing) throws Exception {
    writer.append(records(1));
    JournalReader.End before = replay();
    writer.appendWithData(group(2, BlockSums.MAX));
    loseBlock(missing);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(dropped).containsExactly(2L);
    assertThat(end.position()).isEqualTo(before.position());
    assertThat(end.sequence()).isEqualTo(before.sequence());
    assertThat(end.sums().size()).isZero();
    assertThat(reader().isUnfinishedAt(end)).isTrue();
  }

  @Test
  void aGroupOfWhichABlockCannotBeReadForAMomentHappened() throws Exception {
    writer.appendWithData(group(1, 2));
    device.fail(DATA + BLOCK, 1);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.position()).isEqualTo(writer.position());
  }

  @Test
  void aGroupOfWhichABlockCannotBeReadAtAllHappenedAndVouchesForIt() throws Exception {
    writer.appendWithData(group(1, 3));
    device.fail(DATA + BLOCK, Integer.MAX_VALUE);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.position()).isEqualTo(writer.position());
    assertThat(blocks(end.sums())).hasSize(3);
  }

  @Test
  void aGroupOfWhichABlockCannotBeReadAndAnotherIsNotThereNeverHappened() throws Exception {
    writer.appendWithData(group(1, 3));
    device.fail(DATA + BLOCK, Integer.MAX_VALUE);
    loseBlock(2);

    assertThat(replay().groups()).isZero();
    assertThat(replayed).isEmpty();
  }

  @Test
  void nothingIsTakenFromWhatThePlatformRemembers() throws Exception {
    writer.append(records(1));
    RecordBuffer longer = records(2);
    longer.add(1, 0, new long[JournalFrame.MAX_RECORD_WORDS]);
    writer.append(longer);
    writer.appendWithData(group(3, 1));
    device.forbidCachedReads();

    JournalReader.End end = replay();

    assertThat(end.groups()).isEqualTo(3);
    assertThat(reader().isUnfinishedAt(end)).isFalse();
  }

  @Test
  void aGroupBehindWhichAnotherWasBegunIsReplayedWhateverBecameOfItsData() throws Exception {
    writer.appendWithData(group(1, 2));
    long next = writer.position();
    writer.append(records(2));
    loseBlock(0);
    // Of the next commit there is the header and not all that it says.
    long frame = RING_EXTENT * PoolLayout.EXTENT_BYTES + next;
    device.flip((frame + JournalFrame.HEADER_BYTES) * Byte.SIZE);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.position()).isEqualTo(next);
    assertThat(blocks(end.sums())).hasSize(2);
    assertThat(reader().isUnfinishedAt(end)).isTrue();
  }

  /** A power cut that found it being written came after the flush of the group before. */
  @Test
  void aGroupBehindWhichAPageCannotBeReadHappenedIfItsDataIsThere() throws Exception {
    writer.appendWithData(group(1, 2));
    device.fail(RING_EXTENT * PoolLayout.EXTENT_BYTES + writer.position(), Integer.MAX_VALUE);

    assertThat(replay().groups()).isEqualTo(1);
  }

  /** That page may say that the data was durable, and free to be overwritten. */
  @Test
  void aGroupBehindWhichAPageCannotBeReadIsNotDropped() throws Exception {
    writer.appendWithData(group(1, 2));
    device.fail(RING_EXTENT * PoolLayout.EXTENT_BYTES + writer.position(), Integer.MAX_VALUE);
    loseBlock(1);

    assertThatThrownBy(this::replay)
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("position " + writer.position() + " cannot be read")
        .hasMessageContaining("frame " + FIRST_SEQUENCE);
    assertThat(dropped).isEmpty();
  }

  @Test
  void aGroupBehindWhichTheNextIsReadAtTheSecondLookHappened() throws Exception {
    writer.appendWithData(group(1, 2));
    long next = RING_EXTENT * PoolLayout.EXTENT_BYTES + writer.position();
    writer.append(records(2));
    loseBlock(1);
    device.fail(next, 3);

    assertThat(replay().groups()).isEqualTo(2);
    assertThat(dropped).isEmpty();
  }

  @Test
  void anEmptyGroupEndsWhatTheOneBeforeItVouchesFor() throws Exception {
    writer.appendWithData(group(1, 2));
    writer.append(new RecordBuffer());
    loseBlock(1);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.groups()).isEqualTo(2);
    assertThat(end.position()).isEqualTo(writer.position());
    assertThat(end.sequence()).isEqualTo(writer.sequence());
    assertThat(end.sums().size()).isZero();
  }

  @Test
  void anEmptyGroupIsOneFrameAndWhatFollowsItIsReplayed() throws Exception {
    writer.append(new RecordBuffer());
    assertThat(writer.position()).isEqualTo(PoolLayout.PAGE_BYTES);
    writer.append(records(2));

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(2L);
    assertThat(end.groups()).isEqualTo(2);
  }

  @Test
  void aFrameOfTheRingsLastRoundIsNotTheBeginningOfTheNextCommit() throws Exception {
    for (int i = 0; i < PoolLayout.EXTENT_BYTES / PoolLayout.PAGE_BYTES; i++) {
      writer.append(records(1));
    }
    long from = writer.position();
    long sequence = writer.sequence();
    writer.appendWithData(group(2, 1));
    loseBlock(0);

    JournalReader.End end = reader().replay(from, sequence, this::note, this::noteDropped);

    assertThat(replayed).isEmpty();
    assertThat(end.groups()).isZero();
    assertThat(end.position()).isEqualTo(from);
  }

  @Test
  void aGroupThatIsAppendedAfterItsDataHasNoSums() throws Exception {
    writer.append(group(1, 2));
    loseBlock(0);

    JournalReader.End end = replay();

    assertThat(replayed).containsExactly(1L);
    assertThat(end.sums().size()).isZero();
  }

  @Test
  void whatNeedsItsDataBeforeItIsNotAppendedWithIt() throws Exception {
    RecordBuffer unsummed = group(1, 1);
    unsummed.needData();
    RecordBuffer tooMany = group(1, BlockSums.MAX + 1);
    RecordBuffer tooLong = group(1, 1);
    while (tooLong.sizeBytes() <= JournalFrame.MAX_FRAME_BYTES) {
      tooLong.add(1, 0, new long[JournalFrame.MAX_RECORD_WORDS]);
    }
    RecordBuffer joined = group(1, 1);
    joined.add(unsummed);

    for (RecordBuffer group : List.of(unsummed, tooMany, tooLong, joined)) {
      assertThat(group.needsData()).isTrue();
      assertThatThrownBy(() -> writer.appendWithData(group))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(writer.position()).isZero();
    assertThat(replay().groups()).isZero();
  }

  @Test
  void whatIsJoinedHasTheSumsOfBoth() throws Exception {
    RecordBuffer joined = group(1, 2);
    BlockSums others = new BlockSums();
    write(9, 1, others);
    joined.add(others);

    writer.appendWithData(joined);

    assertThat(blocks(replay().sums()))
        .containsExactly(DATA / BLOCK, DATA / BLOCK + 1, DATA / BLOCK + 9);
  }

  /** A record, and that many blocks of data with their sums. */
  private RecordBuffer group(long word, int count) throws Exception {
    RecordBuffer group = records(word);
    BlockSums sums = new BlockSums();
    write(0, count, sums);
    group.add(sums);
    return group;
  }

  private static RecordBuffer records(long word) {
    RecordBuffer records = new RecordBuffer();
    records.add(1, 0, word);
    return records;
  }

  private void write(int first, int count, BlockSums sums) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(count * BLOCK);
    for (int i = 0; i < count; i++) {
      bytes.putInt(i * BLOCK, first + i + 1);
    }
    long offset = DATA + (long) first * BLOCK;
    sums.add(offset, bytes);
    device.write(offset, bytes);
  }

  /** One bit is as good as all. */
  private void loseBlock(int number) {
    device.flip((DATA + (long) number * BLOCK + BLOCK - 1) * Byte.SIZE);
  }

  private JournalReader reader() {
    return new JournalReader(device, RING_EXTENT, 1, POOL);
  }

  private JournalReader.End replay() throws Exception {
    replayed.clear();
    dropped.clear();
    return reader().replay(0, FIRST_SEQUENCE, this::note, this::noteDropped);
  }

  private void note(long treeKey, long index, long word) {
    replayed.add(word);
  }

  private void noteDropped(long treeKey, long index, long word) {
    dropped.add(word);
  }

  private static List<Long> blocks(BlockSums sums) {
    List<Long> blocks = new ArrayList<>();
    sums.forEachBlock(blocks::add);
    return blocks;
  }

  /** A device of which one block cannot be read back, so many times. */
  private static final class WornDevice extends PagedDevice {

    private long place;
    private int times;
    private boolean onlyDirect;

    WornDevice(long sizeBytes) {
      super(sizeBytes);
    }

    void fail(long offset, int count) {
      place = offset;
      times = count;
    }

    void forbidCachedReads() {
      onlyDirect = true;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      if (onlyDirect) {
        throw new DeviceException("simulated: asked for what the platform remembers");
      }
      super.read(offset, target);
    }

    @Override
    public void readBack(long offset, ByteBuffer target) throws DeviceException {
      if (offset == place && times > 0) {
        times--;
        throw new DeviceException("simulated: cannot read at " + offset);
      }
      super.read(offset, target);
    }
  }
}
