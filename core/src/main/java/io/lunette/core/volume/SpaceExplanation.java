/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.List;

/**
 * Who holds the space that is owned; layers that hold nothing are left out.
 *
 * @param ownedBytes held by all layers, as {@link PoolSpace#ownedBytes} was at that moment
 * @param layers those that hold most, in that order
 * @param moreLayers how many others hold something
 * @param moreBytes what these hold
 */
public record SpaceExplanation(
    long ownedBytes, List<LayerSpace> layers, long moreLayers, long moreBytes) {

  public SpaceExplanation {
    layers = List.copyOf(layers);
  }
}
