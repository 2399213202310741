/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.RawDevice;
import io.lunette.engine.journal.JournalWriter;
import java.io.IOException;

/**
 * Makes what a turn of the {@link CommitLog} takes along durable, in the order that makes a crash
 * harmless: the data, then the records that speak of it; and knows what is durable by now. For who
 * has the turn, but for {@link #dataWritten} and what is asked of it.
 */
final class CommitWriter {

  private final RawDevice device;
  private final JournalWriter journal;
  private final VouchedBlocks vouched;
  private final CommitFailure failure;

  private volatile boolean dataWritten;
  private volatile long durableCommit;

  CommitWriter(
      RawDevice device, JournalWriter journal, VouchedBlocks vouched, CommitFailure failure) {
    this.device = device;
    this.journal = journal;
    this.vouched = vouched;
    this.failure = failure;
  }

  /** Says that data went to the device, so that the next commit flushes it. */
  void dataWritten() {
    if (!dataWritten) {
      dataWritten = true;
    }
  }

  /** Whether there is data that no commit has flushed. */
  boolean isDataWritten() {
    return dataWritten;
  }

  /** The last commit that is durable, and with it all before it. */
  long durableCommit() {
    return durableCommit;
  }

  void append(CommitBatch batch) throws IOException {
    boolean flushes = dataWritten && !batch.isAhead();
    // Where nothing is left to flush, the data of any sums has been in the flush before.
    boolean together = flushes && batch.isGroup() && !batch.records().needsData();
    if (flushes) {
      dataWritten = false;
    }
    if (together) {
      journal.appendWithData(batch.records());
    } else {
      if (flushes) {
        device.flush();
      }
      if (batch.isGroup()) {
        journal.append(batch.records());
      }
    }
    if (batch.isGroup()) {
      vouched.appended(batch.records(), together);
    }
    // A disk may have told another of what it lost while this flushed.
    failure.requireNone();
    durableCommit = batch.number();
  }

  /** Makes the data durable, whatever becomes of the records. */
  void flushData() throws IOException {
    dataWritten = false;
    device.flush();
  }

  /** Says that a checkpoint made a batch durable, without the journal. */
  void checkpointed(CommitBatch batch) {
    vouched.appended(batch.records(), false);
    durableCommit = batch.number();
  }
}
