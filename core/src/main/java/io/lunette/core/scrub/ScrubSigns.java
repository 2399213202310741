/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.image.ImageId;
import io.lunette.core.space.SpaceLevel;
import java.util.Map;

/**
 * What the driver says that may start a scrub.
 *
 * @param space how full the pool of all volumes is
 * @param returnedBytes what the returned replicas of an image hold; nothing of an image whose pool
 *     does not ask
 */
record ScrubSigns(SpaceLevel space, Map<ImageId, Long> returnedBytes) {

  ScrubSigns {
    returnedBytes = Map.copyOf(returnedBytes);
  }

  /** Nothing that would start one. */
  static final ScrubSigns NONE = new ScrubSigns(SpaceLevel.NORMAL, Map.of());
}
