/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.Map;

/** Erases of volumes by hand: of those that are no replica's. Each leaves a certificate. */
public interface Erasures {

  /**
   * Erases a volume as its driver does. The job ends with the certificate, which is made once for
   * an erase, whatever crashes and however often that is asked for; an erase that fails has none.
   *
   * @throws VolumeException what the driver refuses
   */
  Job<CertifiedErase> erase(Actor actor, VolumeName volume, EraseRequest request)
      throws DomainException, VolumeException;

  /** Those under way, among them what a restart goes on with. */
  Map<VolumeName, Job<CertifiedErase>> underWay();
}
