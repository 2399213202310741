/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A commit that is not whole: what lies behind it says whether the medium has lost it, or a crash
 * found it being written.
 */
class MissingCommitTest {

  private static final int PAGE = PagedDevice.PAGE;
  private static final int SECTOR = 512;
  private static final UUID POOL = new UUID(7, 7);
  private static final long RING_EXTENT = 2;
  private static final long RING_EXTENTS = 16;
  private static final long RING = RING_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long RING_BYTES = RING_EXTENTS * PoolLayout.EXTENT_BYTES;
  private static final long FIRST_SEQUENCE = 5;

  private final PagedDevice device = new PagedDevice(4L << 20);
  private final JournalWriter writer =
      new JournalWriter(device, RING_EXTENT, RING_EXTENTS, POOL, 0, FIRST_SEQUENCE);

  /** It was durable, and acknowledged, before the first page of the next was written. */
  @Test
  void itIsMissedWhereOneBehindItWasBegun() throws Exception {
    writer.append(ofFrames(1, 0));
    long lost = writer.position();
    writer.append(ofFrames(2, 0));
    long begun = writer.position();
    writer.append(ofFrames(3, 1));
    zero(begun + PAGE, writer.position());
    device.flip(placeOf(lost + JournalFrame.HEADER_BYTES) * Byte.SIZE);

    assertThatThrownBy(() -> replay(0, FIRST_SEQUENCE))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("position " + lost + ": frame 6 is missing")
        .hasMessageContaining("frame 7 of a later commit is at " + begun);
  }

  /** Numbers that do not go together are told by the checksum that they have. */
  @Test
  void itIsMissedWhereASoundOneOfAnyNumberLiesBehind() throws Exception {
    writer.append(ofFrames(1, 0));
    long end = writer.position();
    new JournalWriter(device, RING_EXTENT, RING_EXTENTS, POOL, end, 1L << 33)
        .append(ofFrames(2, 0));

    assertThatThrownBy(() -> replay(0, FIRST_SEQUENCE)).isInstanceOf(FormatException.class);
  }

  /** Whichever of its sectors, over what the round before has left there. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void whatACrashLeavesOfItSaysNothingAgainstThePool(int frames) throws Exception {
    for (int i = 0; i < RING_BYTES / PAGE - 3; i++) {
      writer.append(ofFrames(1, 0));
    }
    long from = writer.position();
    long sequence = writer.sequence();
    writer.append(ofFrames(2, 0));
    long end = writer.position();
    PagedDevice before = device.copy();
    writer.append(ofFrames(3, frames));
    PagedDevice whole = device.copy();
    Random coin = new Random(frames);
    for (int round = 0; round < 200; round++) {
      for (long at = end; at < writer.position(); at += SECTOR) {
        long place = placeOf(at);
        PagedDevice source = coin.nextInt(4) < round % 4 ? whole : before;
        device.put(place, sector(source, place), 0, SECTOR);
      }

      JournalReader.End found = replay(from, sequence);

      assertThat(found.position()).as("round %d", round).isIn(end, writer.position());
    }
  }

  /** It could be of a later one by one number, though none can lie there. */
  @Test
  void aBitThatFlipsInItsHeaderMakesNoLaterOneOfIt() throws Exception {
    writer.append(ofFrames(1, 0));
    long last = writer.position();
    writer.append(ofFrames(2, 0));
    for (int bit = 0; bit < JournalFrame.HEADER_BYTES * Byte.SIZE; bit++) {
      device.flip(placeOf(last) * Byte.SIZE + bit);

      assertThat(replay(0, FIRST_SEQUENCE).position()).as("bit %d", bit).isEqualTo(last);
      device.flip(placeOf(last) * Byte.SIZE + bit);
    }
  }

  /** A group that has so many whole frames before its last. */
  private static RecordBuffer ofFrames(long word, int frames) {
    long[] words = new long[JournalFrame.MAX_RECORD_WORDS];
    Arrays.fill(words, word);
    RecordBuffer group = new RecordBuffer();
    group.add(1, 0, word);
    while (group.sizeBytes() < frames * JournalFrame.MAX_FRAME_BYTES) {
      group.add(1, 0, words);
    }
    return group;
  }

  private static long placeOf(long position) {
    return RING + position % RING_BYTES;
  }

  private static byte[] sector(PagedDevice source, long place) {
    byte[] sector = new byte[SECTOR];
    System.arraycopy(source.page((int) (place / PAGE)), (int) (place % PAGE), sector, 0, SECTOR);
    return sector;
  }

  private void zero(long from, long to) {
    for (long at = from; at < to; at += PAGE) {
      device.put(placeOf(at), new byte[PAGE], 0, PAGE);
    }
  }

  private JournalReader.End replay(long from, long sequence) throws Exception {
    return new JournalReader(device, RING_EXTENT, RING_EXTENTS, POOL)
        .replay(from, sequence, (key, index, word) -> {}, (key, index, word) -> {});
  }
}
