/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Overwrites a whole unit with a pattern, in passes, one piece at a time at a bounded rate, and
 * flushes after each; a block erase gives the space back after that; a cryptographic erase has the
 * device destroy its key, and nothing else. What is written are data, not a zeroing that the device
 * might carry out by hiding blocks (DESIGN §5).
 *
 * <p>It belongs to the unit and runs alone in it: no command, reset or logout ends it. Only with
 * the unit, when its last mapping goes, it ends unfinished.
 */
final class SanitizeRun extends IoSequence {

  private static final int PIECE_BYTES = 1 << 20;
  private static final long RELEASE_BYTES = 512L << 20;
  private static final int WHOLE = 0x10000;

  /**
   * What is written of a run that also purges, in progress; how much there is to purge shows late.
   */
  private static final int WRITTEN = WHOLE / 8 * 7;

  /** What is done one after the other; each ends when its I/O has. */
  private enum Stage {
    DESTROY_KEY,
    WRITE,
    FLUSH,
    RELEASE,
    FLUSH_RELEASED,
    PURGE,
    END
  }

  private final LogicalUnit unit;
  private final SanitizePlan plan;
  private final long totalBytes;
  private final ByteBuffer piece;
  private final Pace pace;
  private Listener listener;
  private Stage stage;
  private int pass;
  private long done;
  private boolean inside;

  /** The end of an I/O that may have kept the unit from ending. */
  private final IoCompletion used =
      new IoCompletion() {
        @Override
        public void completed() {
          leave();
          SanitizeRun.this.completed();
        }

        @Override
        public void failed(BlockException failure) {
          leave();
          SanitizeRun.this.failed(failure);
        }
      };

  SanitizeRun(LogicalUnit unit, SanitizePlan plan) {
    this.unit = unit;
    this.plan = plan;
    this.totalBytes = unit.device().geometry().sizeBytes();
    this.pace = new Pace(unit.services().sanitizeBytesPerSecond());
    this.stage = firstStage();
    int block = unit.blockBytes();
    byte[] pattern = plan.pattern();
    long bytes = stage == Stage.WRITE ? Math.min(totalBytes, PIECE_BYTES) : 0;
    piece = ByteBuffer.allocateDirect((int) bytes);
    while (piece.hasRemaining()) {
      piece.put(pattern[piece.position() % block % pattern.length]);
    }
    piece.flip();
  }

  /** A device that purges overwrites what it was given back, and needs no space to do so. */
  private Stage firstStage() {
    return switch (plan.kind()) {
      case OVERWRITE -> Stage.WRITE;
      case BLOCK_ERASE -> unit.features().purges() ? Stage.RELEASE : Stage.WRITE;
      case CRYPTOGRAPHIC_ERASE -> Stage.DESTROY_KEY;
    };
  }

  /** Who follows a run; called by one thread at a time. */
  interface Listener {

    /** A piece has been written. */
    void proceeded();

    /** The run is over, and the unit's state says so. */
    void ended(Outcome outcome);
  }

  void start(Listener told) {
    listener = told;
    start();
  }

  /** A unit whose device is closed is at it still: the run begins again with the next target. */
  @Override
  public void failed(BlockException failure) {
    if (failure.kind() == BlockException.Kind.GONE) {
      unitHasEnded();
    } else {
      end(false, Sense.SANITIZE_FAILED);
    }
  }

  private boolean unitHasEnded() {
    isOver();
    listener.ended(Sense.LUN_NOT_SUPPORTED);
    return false;
  }

  /** Starts an I/O that the end of the unit waits for; none after that. */
  private boolean use(Consumer<IoCompletion> operation) {
    if (!unit.sanitize().enterMedium()) {
      return unitHasEnded();
    }
    inside = true;
    try {
      operation.accept(used);
    } catch (RuntimeException | Error e) {
      leave();
      throw e;
    }
    return true;
  }

  private void leave() {
    if (inside) {
      inside = false;
      unit.sanitize().leaveMedium();
    }
  }

  @Override
  void elsewhere(Runnable task) {
    unit.services().delay().run(task, 0);
  }

  @Override
  void broken() {
    end(false, Sense.INTERNAL_TARGET_FAILURE);
  }

  private void end(boolean succeeded, Outcome outcome) {
    isOver();
    unit.sanitize()
        .end(succeeded)
        .thenAccept(good -> listener.ended(succeeded && !good ? Sense.SANITIZE_FAILED : outcome));
  }

  @Override
  boolean next() {
    return switch (stage) {
      case DESTROY_KEY -> destroyKey();
      case WRITE -> done < totalBytes ? write() : nextPass();
      case FLUSH -> flush(plan.release() && unit.features().thin() ? Stage.RELEASE : Stage.PURGE);
      case RELEASE -> release();
      case FLUSH_RELEASED -> flush(Stage.PURGE);
      case PURGE -> purge();
      case END -> {
        end(true, Outcome.GOOD);
        yield false;
      }
    };
  }

  private boolean destroyKey() {
    stage = Stage.END;
    return use(unit.device()::cryptoErase);
  }

  private boolean write() {
    listener.proceeded();
    long waitNanos = pace.untilDue(unit.services().nanoTime().getAsLong());
    if (waitNanos > 0) {
      unit.services().delay().run(this::completed, waitNanos);
      return true;
    }
    ByteBuffer next = piece.slice(0, (int) Math.min(piece.limit(), totalBytes - done));
    double share = (pass + (double) done / totalBytes) / plan.passes();
    unit.sanitize().progress((int) (share * (unit.features().purges() ? WRITTEN : WHOLE)));
    long offset = done;
    done += next.limit();
    pace.step(next.limit());
    return use(io -> unit.device().write(offset, next, Durability.VISIBLE, io));
  }

  private boolean nextPass() {
    done = 0;
    pass++;
    if (pass == plan.passes()) {
      stage = Stage.FLUSH;
      return next();
    }
    if (plan.invert()) {
      for (int i = 0; i < piece.limit(); i++) {
        piece.put(i, (byte) ~piece.get(i));
      }
    }
    // Else a cache on the way would let the next pass take this one's place.
    return flush(Stage.WRITE);
  }

  private boolean flush(Stage next) {
    stage = next;
    return use(unit.device()::flush);
  }

  /** What the unit had written and given up before is gone too (SBC-3 §4.11.1). */
  private boolean purge() {
    stage = Stage.END;
    if (!unit.features().purges()) {
      return next();
    }
    unit.device().purge(this::purged, this);
    return true;
  }

  private void purged(long doneBytes, long totalBytes) {
    int before = firstStage() == Stage.WRITE ? WRITTEN : 0;
    double share = (double) doneBytes / totalBytes;
    unit.sanitize().progress(before + (int) (share * (WHOLE - before)));
    listener.proceeded();
  }

  private boolean release() {
    long offset = done;
    long length = Math.min(RELEASE_BYTES, totalBytes - offset);
    done += length;
    if (done == totalBytes) {
      stage = Stage.FLUSH_RELEASED;
    }
    return use(io -> unit.device().discard(offset, length, io));
  }
}
