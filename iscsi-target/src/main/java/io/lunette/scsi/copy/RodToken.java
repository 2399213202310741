/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Nexus;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A ROD token and the blocks that it stands for: those of one unit, as they were when it was
 * created, which is to say as they are, for the token dies before the first of them changes.
 *
 * <p>Whoever holds its bytes may use it, whatever he sees of the unit (SPC-4 §5.16.6.1); it reads
 * by the rights of the nexus that created it, and dies with the mapping of that nexus. Thread-safe.
 */
final class RodToken {

  private final byte[] bytes;
  private final Nexus creator;
  private final List<BlockRange> ranges;
  private final long inactivityNanos;
  private final long endsAt;
  private final AtomicReference<Sense> death = new AtomicReference<>();
  private final AtomicInteger users = new AtomicInteger();
  private final int blockBytes;
  private final long first;
  private final long end;
  private volatile long lastUsed;

  RodToken(
      byte[] bytes,
      Nexus creator,
      List<BlockRange> ranges,
      long inactivityNanos,
      long lifetimeNanos,
      long now) {
    this.bytes = bytes;
    this.creator = creator;
    this.ranges = ranges;
    this.inactivityNanos = inactivityNanos;
    this.endsAt = now + lifetimeNanos;
    this.lastUsed = now;
    this.blockBytes = creator.unit().blockBytes();
    this.first = ranges.stream().mapToLong(BlockRange::lba).min().orElse(0);
    this.end = ranges.stream().mapToLong(range -> range.lba() + range.blocks()).max().orElse(0);
  }

  /** Its 512 bytes; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  Nexus creator() {
    return creator;
  }

  /** What it stands for, in this order. */
  List<BlockRange> ranges() {
    return ranges;
  }

  int blockBytes() {
    return blockBytes;
  }

  long representedBytes() {
    return BlockRanges.sum(ranges) * blockBytes;
  }

  /** Why it is valid no more; null if it is. */
  Sense death() {
    return death.get();
  }

  /** Ends its life; the first cause stays. */
  void kill(Sense why) {
    death.compareAndSet(null, why);
  }

  /** Somebody begins to use it: it does not expire until he is through. */
  void enter(long now) {
    users.incrementAndGet();
    lastUsed = now;
  }

  void leave(long now) {
    lastUsed = now;
    users.decrementAndGet();
  }

  boolean hasExpired(long now) {
    return users.get() == 0 && (now - lastUsed > inactivityNanos || now - endsAt > 0);
  }

  /** Whether a change of these bytes of its unit changes what it stands for. */
  boolean covers(long offsetBytes, long lengthBytes) {
    long from = offsetBytes / blockBytes;
    long to = (offsetBytes + lengthBytes + blockBytes - 1) / blockBytes;
    if (to <= first || from >= end) {
      return false;
    }
    BlockRange changed = new BlockRange(from, to - from);
    for (BlockRange range : ranges) {
      if (range.overlaps(changed)) {
        return true;
      }
    }
    return false;
  }
}
