/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import java.util.Map;

/** Erases of volumes by hand, as jobs. */
public final class VolumeErases {

  private VolumeErases() {}

  /** What was done, and the number of the certificate of that. */
  record Erased(@JsonUnwrapped ScrubRoutes.Erase erase, long certificate) {

    static Erased of(CertifiedErase erase) {
      return new Erased(ScrubRoutes.Erase.of(erase.report()), erase.certificate());
    }
  }

  /** Lists again what a restart goes on with; the scrubs of replicas have a list of their own. */
  public static void list(Map<VolumeName, Job<CertifiedErase>> underWay, JobRegistry jobs) {
    underWay.forEach((volume, job) -> add(jobs, volume, job));
  }

  static JobRegistry.View add(JobRegistry jobs, VolumeName volume, Job<CertifiedErase> job) {
    return jobs.add("volume-erase", volume.value(), job, Erased::of);
  }
}
