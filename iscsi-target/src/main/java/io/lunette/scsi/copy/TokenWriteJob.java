/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.copy.CopyFailure.Side;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.MediumAccess;
import io.lunette.scsi.device.ScsiTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Carries out a WRITE USING TOKEN (SBC-3 §5.47): what the token represents, or zeroes. Each piece
 * is written only if the token was still valid when the piece had been read.
 */
final class TokenWriteJob extends CopyJob {

  private final TokenWrite request;
  private final RodTokens tokens;
  private final RodToken token;
  private final Deque<Span> spans = new ArrayDeque<>();
  private boolean planned;
  private boolean partial;
  private long bytesBefore;

  /**
   * Takes over the use of a token.
   *
   * @param token null for the block device zero ROD token
   */
  TokenWriteJob(
      Executor threads,
      ScsiTask task,
      CopyOperation operation,
      ScsiTask.Lease lease,
      TokenWrite request,
      RodTokens tokens,
      RodToken token) {
    super(threads, task, operation, lease);
    this.request = request;
    this.tokens = tokens;
    this.token = token;
  }

  /** Memory that such a job borrows; zeroes need none to speak of. */
  static int scratchBytes(TokenWrite request, CopyOperation operation, RodToken token) {
    int block = operation.origin().blockBytes();
    return token == null
        ? SpanCopier.scratchBytes(1, block)
        : SpanCopier.scratchBytes(bytes(request, operation), Math.max(block, token.blockBytes()));
  }

  private static long bytes(TokenWrite request, CopyOperation operation) {
    return BlockRanges.sum(request.ranges()) * operation.origin().blockBytes();
  }

  /** Whether the offset of a request lies inside what a token represents. */
  static boolean startsInside(TokenWrite request, RodToken token, int blockBytes) {
    long represented = token.representedBytes();
    return request.offsetBlocks() >= 0
        && represented > 0
        && request.offsetBlocks() <= (represented - 1) / blockBytes;
  }

  @Override
  void next() {
    if (!planned) {
      planned = true;
      Outcome refusal = plan();
      if (refusal != null) {
        end(refusal, false);
        return;
      }
    }
    Span span = spans.poll();
    if (span == null) {
      end(Outcome.GOOD, partial);
    } else {
      copier.copy(span, failure -> ended(span, failure));
    }
  }

  /** Null if everything can be copied. */
  private Outcome plan() {
    MediumAccess destination = open(nexus);
    if (destination == null) {
      return Sense.LUN_NOT_SUPPORTED;
    }
    if (token == null) {
      int block = destination.blockBytes();
      for (BlockRange range : request.ranges()) {
        spans.add(Span.zeroes(destination, range.lba() * block, range.blocks() * block));
      }
      return null;
    }
    MediumAccess source = open(token.creator());
    if (source == null) {
      tokens.bury(token, Sense.TOKEN_CANCELLED);
      return token.death();
    }
    List<Span> planned = new ArrayList<>();
    Outcome refusal = plan(source, destination, planned);
    spans.addAll(planned);
    return refusal;
  }

  /**
   * Lays the ranges of the destination beside those of the token. A border of one inside a block of
   * the other, which blocks of different length can lead to, is refused.
   */
  private Outcome plan(MediumAccess source, MediumAccess destination, List<Span> planned) {
    int to = destination.blockBytes();
    int from = token.blockBytes();
    long left = token.representedBytes() - request.offsetBlocks() * to;
    long requested = bytes(request, operation);
    partial = requested > left;
    left = Math.min(left, requested);
    Deque<BlockRange> sources = new ArrayDeque<>(token.ranges());
    long within = request.offsetBlocks() * to;
    while (within >= sources.element().blocks() * from) {
      within -= sources.remove().blocks() * from;
    }
    for (BlockRange range : request.ranges()) {
      long length = range.blocks() * to;
      for (long done = 0; done < length && left > 0; ) {
        BlockRange here = sources.element();
        long bytes = Math.min(Math.min(length - done, left), here.blocks() * from - within);
        if (within % from != 0 || (bytes % to != 0 && bytes < left)) {
          return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(TokenWrite.OFFSET);
        }
        planned.add(
            new Span(
                source, here.lba() * from + within, destination, range.lba() * to + done, bytes));
        within += bytes;
        done += bytes;
        left -= bytes;
        if (within == here.blocks() * from && left > 0) {
          sources.remove();
          within = 0;
        }
      }
    }
    return null;
  }

  @Override
  CopyFailure obstacle() {
    CopyFailure stop = super.obstacle();
    return stop == null && token != null && token.death() != null
        ? new CopyFailure(Side.OPERATION, token.death())
        : stop;
  }

  @Override
  void moved() {
    operation.progress(0, bytesBefore + copier.copied(), copier.operations());
  }

  private void ended(Span span, CopyFailure failure) {
    if (failure == null) {
      int block = span.destination().blockBytes();
      bytesBefore += (span.bytes() + block - 1) / block * block;
      operation.progress(0, bytesBefore, copier.operations());
      next();
      return;
    }
    end(failure.side() == Side.SOURCE ? sourceFailed(failure.outcome()) : failure.outcome(), false);
  }

  /** A source that is gone, or has shrunk, takes the token with it. */
  private Outcome sourceFailed(Outcome outcome) {
    if (outcome.equals(Sense.LUN_NOT_SUPPORTED) || outcome.equals(Sense.LBA_OUT_OF_RANGE)) {
      tokens.bury(token, Sense.TOKEN_CANCELLED);
      return token.death();
    }
    return outcome instanceof Sense ? outcome : Sense.COPY_FAILED.forwarding(true, outcome);
  }

  @Override
  void release() {
    if (token == null) {
      return;
    }
    token.leave(tokens.now());
    if (request.deletesToken()) {
      tokens.bury(token, Sense.TOKEN_DELETED);
    }
  }
}
