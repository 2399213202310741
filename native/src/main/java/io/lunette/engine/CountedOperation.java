/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;

/**
 * An operation of an open volume that is under way: ends its count before its caller hears of the
 * end. Has one thread at a time, each handing it on to the next.
 */
class CountedOperation implements CommitWaiter {

  private final GracePeriod inFlight;
  private final IoCompletion caller;
  private int slot;
  private long needed = Long.MAX_VALUE;

  CountedOperation(GracePeriod inFlight, int slot, IoCompletion caller) {
    this.inFlight = inFlight;
    this.slot = slot;
    this.caller = caller;
  }

  /** Ends the count, and leaves the caller waiting. */
  final void leave() {
    inFlight.exit(slot);
  }

  /** Counts it again. */
  final void enterAgain() {
    slot = inFlight.enter();
  }

  /** Who waits for its end, to be told when it is not counted any more. */
  final IoCompletion caller() {
    return caller;
  }

  /** With which commit that is durable which it waits for. */
  final void need(long commit) {
    needed = commit;
  }

  @Override
  public long neededCommit() {
    return needed;
  }

  @Override
  public void completed() {
    leave();
    caller.completed();
  }

  @Override
  public void failed(BlockException failure) {
    leave();
    caller.failed(failure);
  }
}
