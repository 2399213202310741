/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import java.util.List;

/** The returned pools and what is under way. */
public record ScrubStatus(List<ReturnedPool> pools, List<RunningScrub> running) {

  public ScrubStatus {
    pools = List.copyOf(pools);
    running = List.copyOf(running);
  }
}
