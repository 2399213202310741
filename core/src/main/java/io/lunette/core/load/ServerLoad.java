/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import io.lunette.core.server.ServerName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What is known of how busy a server is.
 *
 * @param server which
 * @param condition how it is
 * @param reported when it last reported
 * @param seen when the target last saw it logged in
 * @param values the latest of each number, those that are too old to count left out
 * @param history samples, oldest first; lost at a restart
 */
public record ServerLoad(
    ServerName server,
    ServerCondition condition,
    Optional<Instant> reported,
    Optional<Instant> seen,
    SortedMap<String, Double> values,
    List<LoadSample> history) {

  public ServerLoad {
    history = List.copyOf(history);
  }
}
