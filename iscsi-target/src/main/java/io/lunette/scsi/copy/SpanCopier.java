/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.core.block.ProvisioningRun;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.copy.CopyFailure.Side;
import io.lunette.scsi.device.Access;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Copies one span at a time, in pieces, several of them under way. Where the source has no space
 * provisioned nothing is read, and the destination gets zeroes that may take no space either.
 *
 * <p>A span that overlaps itself is copied piece by piece, from the side where nothing is
 * overwritten before it has been read: what arrives is what was there when the span was begun.
 *
 * <p>Everything happens on one serial executor.
 */
final class SpanCopier {

  /** Bytes of one piece of data. */
  static final int PIECE_BYTES = 256 << 10;

  private static final int MOST_LANES = 4;

  /** Bytes of one piece of zeroes. */
  private static final long ZERO_BYTES = 64L << 20;

  /** One piece under way: its buffer, and where in the span it lies. */
  private static final class Lane {
    final ByteBuffer buffer;
    long start;
    int length;

    Lane(ByteBuffer buffer) {
      this.buffer = buffer;
    }
  }

  private final Executor serial;
  private final Supplier<CopyFailure> guard;
  private final Runnable moved;
  private final List<Lane> idle = new ArrayList<>();
  private final List<Lane> busy = new ArrayList<>();
  private Span span;
  private Consumer<CopyFailure> done;
  private long claimed;

  /** The source is known to be mapped up to here; to ask for each piece would cost more than it. */
  private long mappedUntil;

  private long failedAt;
  private CopyFailure failure;
  private boolean wrote;
  private int operations;

  /**
   * @param scratch buffers for the pieces; the caller's again when no span is being copied
   * @param guard asked before each piece, and after it has been read; what it answers, if not null,
   *     ends the span
   * @param moved runs when {@link #copied} may have grown
   */
  SpanCopier(Executor serial, ByteBuffer scratch, Supplier<CopyFailure> guard, Runnable moved) {
    this.serial = serial;
    this.guard = guard;
    this.moved = moved;
    int piece = Math.min(PIECE_BYTES, scratch.capacity());
    for (int at = 0; at + piece <= scratch.capacity(); at += piece) {
      idle.add(new Lane(scratch.slice(at, piece)));
    }
  }

  /** Bytes of scratch that suit spans of this many bytes in all, blocks no longer than these. */
  static int scratchBytes(long bytes, int blockBytes) {
    long whole = roundUp(Math.max(bytes, 1), blockBytes);
    long pieces = Math.min(MOST_LANES, (whole + PIECE_BYTES - 1) / PIECE_BYTES);
    return (int) (whole <= PIECE_BYTES ? whole : pieces * PIECE_BYTES);
  }

  private static long roundUp(long bytes, long blockBytes) {
    return (bytes + blockBytes - 1) / blockBytes * blockBytes;
  }

  /** Copies a span; {@code listener} gets null when it is through, else why it is not. */
  void copy(Span next, Consumer<CopyFailure> listener) {
    span = next;
    done = listener;
    claimed = 0;
    mappedUntil = 0;
    failedAt = Long.MAX_VALUE;
    failure = null;
    wrote = false;
    proceed();
  }

  /** Bytes of the span that have arrived, counted from its beginning without a gap. */
  long copied() {
    if (span.backwards()) {
      return claimed == span.bytes() && busy.isEmpty() && failure == null ? span.bytes() : 0;
    }
    long whole = Math.min(claimed, failedAt);
    for (Lane lane : busy) {
      whole = Math.min(whole, lane.start);
    }
    return whole;
  }

  /** Whether anything of the span has arrived. */
  boolean hasWritten() {
    return wrote;
  }

  /** Reads and writes that succeeded so far, of all spans. */
  int operations() {
    return operations;
  }

  /** Whether nothing is under way, so that the scratch may go. */
  boolean isIdle() {
    return busy.isEmpty();
  }

  private void proceed() {
    while (failure == null && claimed < span.bytes() && !idle.isEmpty() && mayAdvance()) {
      advance(idle.get(idle.size() - 1));
    }
    if (busy.isEmpty() && (failure != null || claimed == span.bytes())) {
      done.accept(failure);
    }
  }

  private boolean mayAdvance() {
    return busy.isEmpty() || !span.overlaps();
  }

  private void advance(Lane lane) {
    long left = span.bytes() - claimed;
    long length;
    boolean hole;
    if (span.backwards()) {
      lane.start = roundUp(Math.max(0, left - lane.buffer.capacity()), span.unitBytes());
      length = left - lane.start;
      ProvisioningRun run = runAt(lane.start, length);
      hole = !run.mapped() && run.lengthBytes() >= length;
    } else {
      lane.start = claimed;
      ProvisioningRun run = nextRun(left);
      long cut = cut(run, lane.buffer.capacity(), left);
      hole = !run.mapped() && cut > 0;
      length = cut > 0 ? cut : Math.min(span.unitBytes(), left);
    }
    failure = refusal(hole);
    if (failure != null) {
      return;
    }
    claimed += length;
    idle.remove(lane);
    busy.add(lane);
    if (hole) {
      zero(lane, length);
    } else {
      read(lane, (int) length);
    }
  }

  /** What keeps a piece from being begun. That there is nothing to read takes the right to read. */
  private CopyFailure refusal(boolean hole) {
    CopyFailure stop = guard.get();
    if (stop != null || !hole || span.source() == null) {
      return stop;
    }
    Outcome refusal = span.source().refusal(Access.READ);
    return refusal == null ? null : new CopyFailure(Side.SOURCE, refusal);
  }

  private ProvisioningRun nextRun(long left) {
    if (claimed < mappedUntil) {
      return new ProvisioningRun(claimed, mappedUntil - claimed, true);
    }
    ProvisioningRun run = runAt(claimed, left);
    if (run.mapped()) {
      mappedUntil = claimed + run.lengthBytes();
    }
    return run;
  }

  private ProvisioningRun runAt(long start, long left) {
    return span.source() == null
        ? new ProvisioningRun(start, left, false)
        : span.source().provisioning(span.sourceOffset() + start);
  }

  /**
   * A piece ends where its run ends, at a boundary that both sides can address; 0 if there is none
   * inside a hole.
   */
  private long cut(ProvisioningRun run, long capacity, long left) {
    int unit = span.unitBytes();
    long most = Math.min(left, run.mapped() ? capacity : ZERO_BYTES);
    long wanted = Math.min(run.lengthBytes(), most);
    if (wanted == left) {
      return left;
    }
    return run.mapped() ? Math.min(roundUp(wanted, unit), most) : wanted / unit * unit;
  }

  private void zero(Lane lane, long length) {
    long bytes = roundUp(length, span.destination().blockBytes());
    span.destination()
        .zero(
            span.destinationOffset() + lane.start,
            bytes,
            outcome -> serial.execute(() -> written(lane, outcome)));
  }

  private void read(Lane lane, int length) {
    lane.length = length;
    int bytes = (int) roundUp(length, span.source().blockBytes());
    span.source()
        .read(
            span.sourceOffset() + lane.start,
            lane.buffer.slice(0, bytes),
            outcome -> serial.execute(() -> hasRead(lane, outcome)));
  }

  private void hasRead(Lane lane, Outcome outcome) {
    CopyFailure refusal =
        outcome == Outcome.GOOD ? guard.get() : new CopyFailure(Side.SOURCE, outcome);
    if (refusal != null) {
      failed(lane, refusal);
      return;
    }
    operations++;
    int bytes = (int) roundUp(lane.length, span.destination().blockBytes());
    for (int i = lane.length; i < bytes; i++) {
      lane.buffer.put(i, (byte) 0);
    }
    span.destination()
        .write(
            span.destinationOffset() + lane.start,
            lane.buffer.slice(0, bytes),
            result -> serial.execute(() -> written(lane, result)));
  }

  private void written(Lane lane, Outcome outcome) {
    if (outcome != Outcome.GOOD) {
      failed(lane, new CopyFailure(Side.DESTINATION, outcome));
      return;
    }
    operations++;
    wrote = true;
    release(lane);
  }

  private void failed(Lane lane, CopyFailure why) {
    if (failure == null) {
      failure = why;
    }
    failedAt = Math.min(failedAt, lane.start);
    release(lane);
  }

  private void release(Lane lane) {
    busy.remove(lane);
    idle.add(lane);
    moved.run();
    proceed();
  }
}
