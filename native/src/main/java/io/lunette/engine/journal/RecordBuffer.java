/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import io.lunette.engine.format.JournalFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Records in the order of their changes, waiting to be committed together. Data that they speak of
 * must be durable before them, unless its sums go along. Not thread-safe.
 */
public final class RecordBuffer {

  private ByteBuffer bytes = ByteBuffer.allocate(2 * 1024).order(ByteOrder.LITTLE_ENDIAN);
  private BlockSums sums = new BlockSums();
  private boolean needsData;

  /** Adds a record of one word. */
  public void add(long treeKey, long index, long word) {
    ensure(JournalFrame.RECORD_HEADER_BYTES + Long.BYTES);
    bytes.putLong(treeKey).putLong(index).putShort((short) 1).putLong(word);
  }

  /** Adds a record of consecutive words. */
  public void add(long treeKey, long index, long[] words) {
    if (words.length == 0 || words.length > JournalFrame.MAX_RECORD_WORDS) {
      throw new IllegalArgumentException("record of " + words.length + " words");
    }
    ensure(JournalFrame.RECORD_HEADER_BYTES + words.length * Long.BYTES);
    bytes.putLong(treeKey).putLong(index).putShort((short) words.length);
    for (long word : words) {
      bytes.putLong(word);
    }
  }

  /** Adds all records of another buffer behind those of this one. */
  public void add(RecordBuffer later) {
    ByteBuffer records = later.records();
    ensure(records.remaining());
    bytes.put(records);
    sums.add(later.sums);
    needsData |= later.needsData;
  }

  /** Adds the sums of data that a record speaks of. */
  public void add(BlockSums ofData) {
    sums.add(ofData);
  }

  /** Says that a record speaks of data of which there are no sums, or that may change. */
  public void needData() {
    needsData = true;
  }

  /** Whether the data must be durable before the records; the sums are of no use then. */
  public boolean needsData() {
    return needsData || sums.size() > BlockSums.MAX || (sums.size() > 0 && !isOneFrame());
  }

  boolean isOneFrame() {
    return sizeBytes() + sums.size() * JournalFrame.SUM_BYTES
        <= JournalFrame.MAX_FRAME_BYTES - JournalFrame.HEADER_BYTES;
  }

  /** Sums of the data that the records speak of. */
  public BlockSums sums() {
    return sums;
  }

  /** Whether there is nothing to commit. */
  public boolean isEmpty() {
    return bytes.position() == 0;
  }

  /** Bytes of all records. */
  public int sizeBytes() {
    return bytes.position();
  }

  /** The records, for reading; they stay valid as long as nothing is added. */
  ByteBuffer records() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
  }

  /** Bytes of the record that begins at the buffer's position. */
  static int recordBytes(ByteBuffer records) {
    int words = records.getShort(records.position() + 2 * Long.BYTES);
    return JournalFrame.RECORD_HEADER_BYTES + words * Long.BYTES;
  }

  /** Reads all records of a payload. */
  static void replay(ByteBuffer payload, RecordSink sink) throws IOException {
    while (payload.remaining() > 0) {
      long key = payload.getLong();
      long index = payload.getLong();
      int words = payload.getShort();
      for (int i = 0; i < words; i++) {
        sink.set(key, index + i, payload.getLong());
      }
    }
  }

  private void ensure(int more) {
    if (bytes.remaining() < more) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + more))
              .order(ByteOrder.LITTLE_ENDIAN);
      larger.put(bytes.flip());
      bytes = larger;
    }
  }
}
