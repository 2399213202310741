/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import java.io.IOException;

/**
 * Why the pool takes no change any more: the journal or a flush has failed, one of the {@link
 * CommitLog} or one {@linkplain AsideFlush aside}. There is no way back but a restart. Thread-safe.
 */
final class CommitFailure {

  private final AsideFlush aside;
  private final Unforeseen unforeseen = new Unforeseen();

  /** Told where there is no memory to say why. */
  private final BlockException stopped =
      new BlockException(
          BlockException.Kind.MEDIUM_WRITE, "the pool stopped taking writes; restart it");

  private volatile IOException own;

  CommitFailure(AsideFlush aside) {
    this.aside = aside;
  }

  /** Notes what failed; the first stays. */
  void note(Throwable end) {
    if (own == null) {
      own = unforeseen.of(end);
    }
  }

  /** What failed, or null. */
  IOException cause() {
    IOException first = own;
    return first != null ? first : aside.failure();
  }

  boolean hasHappened() {
    return cause() != null;
  }

  void requireNone() throws IOException {
    IOException cause = cause();
    if (cause != null) {
      throw cause;
    }
  }

  /** {@link #requireNone} for who reads or writes a volume. */
  void requireSound() throws BlockException {
    IOException cause = cause();
    if (cause != null) {
      throw PoolFailure.poolFailed(cause);
    }
  }

  /** What those are told who wait, once it has happened. */
  BlockException refusal() {
    try {
      return PoolFailure.poolFailed(cause());
    } catch (RuntimeException | Error e) {
      return stopped;
    }
  }
}
