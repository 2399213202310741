/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import io.lunette.core.volume.InitiatorName;
import java.util.Map;

/**
 * What a target sees of its initiators: the channel of which a server knows nothing. Thread-safe.
 */
@FunctionalInterface
public interface TargetLoad {

  /** The counters of those that are logged in now. */
  Map<InitiatorName, TargetCounters> counters();

  /** Nobody is seen. */
  static TargetLoad none() {
    return Map::of;
  }
}
