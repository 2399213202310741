/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.bench.scrub.ScrubbedReplica;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;

/** A replica that somebody wrote to is scrubbed, and read back, as those of a pool are. */
final class ScrubNeighbour implements Neighbour {

  private final String label;
  private final ScrubbedReplica replica;
  private long writes;

  ScrubNeighbour(String label, ScrubbedReplica replica) {
    this.label = label;
    this.replica = replica;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public void prepare() throws VolumeException, BlockException {
    writes++;
    replica.write(writes);
  }

  @Override
  public Turn begin() throws VolumeException {
    Job<EraseReport> scrub = replica.begin(EraseRequest.zeroFillVerified());
    return new Turn() {
      @Override
      public boolean isOver() {
        return scrub.result().toCompletableFuture().isDone();
      }

      @Override
      public long bytes() {
        return scrub.progress().doneBytes();
      }

      @Override
      public void await() throws IOException {
        replica.finish(scrub);
      }
    };
  }
}
