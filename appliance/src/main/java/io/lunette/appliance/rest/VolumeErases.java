/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import java.util.Map;

/** Erases of volumes by hand, as jobs. */
public final class VolumeErases {

  private VolumeErases() {}

  /** Lists again what a restart goes on with; the scrubs of replicas have a list of their own. */
  public static void list(Map<VolumeName, Job<EraseReport>> underWay, JobRegistry jobs) {
    underWay.forEach(
        (volume, job) -> {
          if (VolumeGuard.isByHand(volume)) {
            add(jobs, volume, job);
          }
        });
  }

  static JobRegistry.View add(JobRegistry jobs, VolumeName volume, Job<EraseReport> job) {
    return jobs.add("volume-erase", volume.value(), job, ScrubRoutes.Erase::of);
  }
}
