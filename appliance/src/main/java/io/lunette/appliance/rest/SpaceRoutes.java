/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.volume.VolumeDriver;

/** The space of the pool, and its growth. */
final class SpaceRoutes implements RouteSet {

  private final VolumeDriver driver;

  SpaceRoutes(VolumeDriver driver) {
    this.driver = driver;
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/space", call -> Reply.ok(SpaceView.of(driver.space())));
    routes.put("/space/size", call -> Reply.ok(SpaceView.of(driver.grow(call.size("sizeBytes")))));
  }
}
