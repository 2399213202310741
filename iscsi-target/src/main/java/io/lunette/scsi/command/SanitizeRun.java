/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Overwrites a whole unit with a pattern, in passes, one piece at a time, then flushes; a block
 * erase gives the space back after that. What is written are data, not a zeroing that the device
 * might carry out by hiding blocks (DESIGN §5).
 */
final class SanitizeRun extends IoSequence {

  private static final int PIECE_BYTES = 1 << 20;
  private static final long RELEASE_BYTES = 512L << 20;

  private final LogicalUnit unit;
  private final long totalBytes;
  private final int passes;
  private final boolean invert;
  private final boolean release;
  private final ByteBuffer piece;
  private Consumer<Outcome> whenEnded;
  private int pass;
  private long done;
  private long released;
  private boolean flushed;

  private SanitizeRun(
      LogicalUnit unit, byte[] pattern, int passes, boolean invert, boolean release) {
    this.unit = unit;
    this.release = release;
    this.totalBytes = unit.device().geometry().sizeBytes();
    this.passes = passes;
    this.invert = invert;
    int block = unit.blockBytes();
    piece = ByteBuffer.allocateDirect((int) Math.min(totalBytes, PIECE_BYTES));
    while (piece.hasRemaining()) {
      piece.put(pattern[piece.position() % block % pattern.length]);
    }
    piece.flip();
  }

  /** Leaves the last pass's pattern on the medium. */
  static SanitizeRun overwrite(LogicalUnit unit, byte[] pattern, int passes, boolean invert) {
    return new SanitizeRun(unit, pattern, passes, invert, false);
  }

  /** Leaves nothing mapped: zeroes are written, then the space is given back. */
  static SanitizeRun blockErase(LogicalUnit unit) {
    return new SanitizeRun(unit, new byte[1], 1, false, unit.features().thin());
  }

  void start(Consumer<Outcome> listener) {
    whenEnded = listener;
    start();
  }

  @Override
  public void failed(BlockException failure) {
    end(false, Sense.SANITIZE_FAILED);
  }

  @Override
  void broken() {
    end(false, Sense.INTERNAL_TARGET_FAILURE);
  }

  private void end(boolean succeeded, Outcome outcome) {
    isOver();
    unit.sanitize().end(succeeded);
    whenEnded.accept(outcome);
  }

  @Override
  boolean next() {
    if (done == totalBytes && pass + 1 < passes) {
      pass++;
      done = 0;
      if (invert) {
        for (int i = 0; i < piece.limit(); i++) {
          piece.put(i, (byte) ~piece.get(i));
        }
      }
    }
    if (done < totalBytes) {
      ByteBuffer next = piece.slice(0, (int) Math.min(piece.limit(), totalBytes - done));
      long offset = done;
      done += next.limit();
      unit.sanitize().progress((int) ((pass + (double) offset / totalBytes) / passes * 0x10000));
      unit.device().write(offset, next, Durability.VISIBLE, this);
      return true;
    }
    if (!flushed) {
      flushed = true;
      unit.device().flush(this);
      return true;
    }
    if (release && released < totalBytes) {
      long offset = released;
      long length = Math.min(RELEASE_BYTES, totalBytes - offset);
      released += length;
      flushed = released < totalBytes; // the last one is flushed too
      unit.device().discard(offset, length, this);
      return true;
    }
    end(true, Outcome.GOOD);
    return false;
  }
}
