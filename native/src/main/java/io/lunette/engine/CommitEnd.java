/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who waited for a commit of its end: each of them, whatever another makes of that.
 * Without the lock of {@link Metadata}.
 */
final class CommitEnd {

  private static final Logger LOG = LoggerFactory.getLogger(CommitEnd.class);

  private CommitEnd() {}

  static void durable(List<IoCompletion> waiting) {
    tell(waiting, IoCompletion::completed);
  }

  /** Needs no memory. */
  static void failed(IoCompletion waiter, BlockException cause) {
    try {
      waiter.failed(cause);
    } catch (RuntimeException | Error e) {
      LOG.error("who waited for a commit failed when told of its end", e);
    }
  }

  /**
   * There was no space for the records; the data of all is durable.
   *
   * @param durableCommit the last that is, which may be all that a {@link CommitWaiter} needs
   */
  static void refused(List<IoCompletion> waiting, BlockException refusal, long durableCommit) {
    tell(
        waiting,
        waiter -> {
          if (waiter instanceof CommitWaiter some && some.neededCommit() <= durableCommit) {
            waiter.completed();
          } else {
            waiter.failed(refusal);
          }
        });
  }

  private static void tell(List<IoCompletion> waiting, Consumer<IoCompletion> end) {
    for (IoCompletion waiter : waiting) {
      try {
        end.accept(waiter);
      } catch (RuntimeException | Error e) {
        LOG.error("who waited for a commit failed when told of its end", e);
      }
    }
  }
}
