/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import java.nio.ByteBuffer;

/**
 * One request to a remote unit: started in pieces of a task each, ended once. Owned by the loop
 * from the moment it was submitted.
 */
final class RemoteRequest {

  /** What is asked. */
  enum Kind {
    READ,
    WRITE,
    ZERO,
    FLUSH
  }

  final Kind kind;
  private final long offsetBytes;
  private final long lengthBytes;
  private final ByteBuffer data;
  private final Durability durability;
  private final IoCompletion completion;
  private long started;
  private int underWay;
  private boolean flushes;
  private BlockException failure;

  RemoteRequest(
      Kind kind,
      long offsetBytes,
      long lengthBytes,
      ByteBuffer data,
      Durability durability,
      IoCompletion completion) {
    this.kind = kind;
    this.offsetBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
    this.data = data == null ? null : data.duplicate();
    this.durability = durability;
    this.completion = completion;
    this.flushes = kind == Kind.FLUSH;
  }

  /**
   * What one task does of a request.
   *
   * @param request whose
   * @param flush whether it makes durable; it then has no range
   * @param offset within the request
   * @param length of the range
   * @param attempt which try this is, from 0
   */
  record Piece(RemoteRequest request, boolean flush, long offset, int length, int attempt) {

    Piece again() {
      return new Piece(request, flush, offset, length, attempt + 1);
    }

    /** Where it is on the device. */
    long position() {
      return request.offsetBytes + offset;
    }

    /** The caller's memory for it. */
    ByteBuffer memory() {
      return request.data.slice(request.data.position() + (int) offset, length);
    }
  }

  /** Whether there is something to start: the rest of the range, or the flush behind it. */
  boolean hasNext() {
    return failure == null && (started < lengthBytes || (flushes && underWay == 0));
  }

  Piece next(int taskBytes) {
    underWay++;
    if (started < lengthBytes) {
      int length = (int) Math.min(taskBytes, lengthBytes - started);
      Piece piece = new Piece(this, false, started, length, 0);
      started += length;
      return piece;
    }
    flushes = false;
    return new Piece(this, true, 0, 0, 0);
  }

  /** A piece has ended; the flush of a durable write is due when the last of it has. */
  void ended(BlockException cause, boolean flush) {
    underWay--;
    if (cause != null && failure == null) {
      failure = cause;
    }
    boolean whole = started == lengthBytes && underWay == 0;
    if (whole && !flush && kind != Kind.READ && durability == Durability.DURABLE) {
      flushes = true;
    }
  }

  /** Whether nothing of it is under way or to be started. */
  boolean isOver() {
    return underWay == 0 && !hasNext();
  }

  void complete() {
    if (failure == null) {
      completion.completed();
    } else {
      completion.failed(failure);
    }
  }

  /** Ends it whatever is under way. */
  void abort(BlockException cause) {
    completion.failed(cause);
  }
}
