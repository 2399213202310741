/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.IoCompletion;
import io.lunette.engine.journal.RecordBuffer;
import java.util.List;

/**
 * What one turn of the {@link CommitLog} does.
 *
 * @param waiters hear of its end
 * @param records go to the journal
 * @param number of the commit, see {@link Metadata#commit}
 * @param checkpoint started when the records are in the journal, or null
 * @param ringFull there is no room for the records: the checkpoint alone must make them durable
 * @param isAhead these are records that speak of no data
 * @param isGroup there is something to append: records, or a group without any for what the one
 *     before it vouches for
 */
record CommitBatch(
    List<IoCompletion> waiters,
    RecordBuffer records,
    long number,
    Checkpointer.Plan checkpoint,
    boolean ringFull,
    boolean isAhead,
    boolean isGroup) {}
