/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.space.Space;
import io.lunette.core.volume.VolumeDriver;

/** The space of the pool, and its growth. */
final class SpaceRoutes implements RouteSet {

  private final Space space;
  private final VolumeDriver driver;

  SpaceRoutes(Space space, VolumeDriver driver) {
    this.space = space;
    this.driver = driver;
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/space", call -> Reply.ok(SpaceView.of(space.report())));
    routes.put(
        "/space/size",
        call -> {
          driver.grow(call.size("sizeBytes"));
          return Reply.ok(SpaceView.of(space.report()));
        });
  }
}
