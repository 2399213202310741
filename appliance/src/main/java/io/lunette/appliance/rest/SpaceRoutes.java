/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.space.Space;
import io.lunette.core.volume.LayerSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeName;
import java.util.List;

/** The space of the pool, and its growth. */
final class SpaceRoutes implements RouteSet {

  private static final int LAYERS_MAX = 1000;

  private final Space space;
  private final VolumeDriver driver;
  private final OutsideChanges changes;

  SpaceRoutes(Space space, VolumeDriver driver, OutsideChanges changes) {
    this.space = space;
    this.driver = driver;
    this.changes = changes;
  }

  /** Who holds the owned space, layer by layer; bytes. */
  record Explanation(long ownedBytes, List<Layer> layers, long moreLayers, long moreBytes) {

    static Explanation of(SpaceExplanation space) {
      return new Explanation(
          space.ownedBytes(),
          space.layers().stream().map(Layer::of).toList(),
          space.moreLayers(),
          space.moreBytes());
    }
  }

  /** What one layer holds, and the volumes on it. */
  record Layer(long layer, long bytes, String top, long volumeCount, List<String> volumes) {

    static Layer of(LayerSpace space) {
      return new Layer(
          space.layer(),
          space.bytes(),
          space.top().map(VolumeName::value).orElse(null),
          space.volumeCount(),
          space.volumes().stream().map(VolumeName::value).toList());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/space", call -> Reply.ok(SpaceView.of(space.report())));
    routes.get(
        "/space/layers",
        call -> Reply.ok(Explanation.of(driver.explainSpace(call.limit(LAYERS_MAX)))));
    routes.put(
        "/space/size",
        call -> {
          long sizeBytes = call.size("sizeBytes");
          changes.make(
              call.actor(),
              "pool.grow",
              "all",
              "to " + sizeBytes + " bytes",
              () -> {
                driver.grow(sizeBytes);
                return null;
              });
          return Reply.ok(SpaceView.of(space.report()));
        });
  }
}
