/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.Job;

/** An independent replica that is being made, by name. */
public record RunningCopy(ReplicaName replica, Job.Progress progress)
    implements Comparable<RunningCopy> {

  @Override
  public int compareTo(RunningCopy other) {
    return replica.compareTo(other.replica);
  }
}
