/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import java.util.List;
import java.util.OptionalLong;

/**
 * The returned pools and what is under way.
 *
 * @param pools of all images
 * @param running scrubs under way
 * @param paused whether no more of them begin until somebody resumes
 * @param limitBytesPerSecond what an operator set while it ran, 0 for no bound; empty if none did
 */
public record ScrubStatus(
    List<ReturnedPool> pools,
    List<RunningScrub> running,
    boolean paused,
    OptionalLong limitBytesPerSecond) {

  public ScrubStatus {
    pools = List.copyOf(pools);
    running = List.copyOf(running);
  }
}
