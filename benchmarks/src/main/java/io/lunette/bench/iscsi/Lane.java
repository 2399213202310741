/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.InitiatorSession;
import io.lunette.libiscsi.ScsiFailure;
import io.lunette.libiscsi.TaskCompletion;

/**
 * Keeps the tasks of one session busy on its region: where one ends the next begins, as long as
 * {@link #hasNext} says. Owned by the thread that runs it.
 */
abstract class Lane implements TaskCompletion {

  private static final int POLL_MILLIS = 100;

  private final InitiatorSession session;
  private final Region region;
  private final Content content;
  private final int[] places;
  private final boolean[] reads;
  private final long[] begins;
  private String refusal;

  Lane(InitiatorSession session, Region region, Content content) {
    this.session = session;
    this.region = region;
    this.content = content;
    places = new int[session.depth()];
    reads = new boolean[session.depth()];
    begins = new long[session.depth()];
  }

  /** Whether another command is to begin now. */
  abstract boolean hasNext(long now);

  /** Takes the place where it goes. */
  abstract int nextPlace();

  /** Whether it is a read. */
  abstract boolean nextIsRead();

  /** A command has ended well. */
  abstract void ended(long begun, long now);

  /** Works until there is no next command and none is in flight. */
  final void run() throws InitiatorException, BenchFailure {
    region.giveAll();
    for (int task = 0; task < session.depth(); task++) {
      next(task, System.nanoTime());
    }
    while (session.inFlight() > 0) {
      int ignored = session.poll(POLL_MILLIS, this);
    }
    if (refusal != null) {
      throw new BenchFailure(refusal);
    }
  }

  private void next(int task, long now) throws InitiatorException {
    if (refusal != null || !hasNext(now)) {
      return;
    }
    int place = nextPlace();
    places[task] = place;
    reads[task] = nextIsRead();
    if (!reads[task]) {
      content.prepare(session.buffer(task), place);
    }
    begins[task] = System.nanoTime();
    if (reads[task]) {
      session.read(task, region.lba(place), region.blocksPerPlace());
    } else {
      session.write(task, region.lba(place), region.blocksPerPlace());
    }
  }

  @Override
  public final void completed(int task) throws InitiatorException {
    long now = System.nanoTime();
    ended(begins[task], now);
    if (reads[task]) {
      content.check(session.buffer(task), places[task]);
    }
    region.give(places[task]);
    next(task, now);
  }

  @Override
  public final void failed(int task, ScsiFailure failure) {
    refusal =
        (reads[task] ? "READ" : "WRITE")
            + " at LBA "
            + region.lba(places[task])
            + " failed: "
            + failure;
  }
}
