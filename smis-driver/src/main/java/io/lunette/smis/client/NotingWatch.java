/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.volume.VolumeException;
import java.util.Optional;

/**
 * Writes a job of the array down before it is followed, so that it is taken up after a restart.
 *
 * @param books what is written in
 * @param volume what the job makes
 * @param watch who looks on
 */
record NotingWatch(VolumeBooks books, ArrayVolume volume, JobWatch watch) implements JobWatch {

  @Override
  public void started(String jobPath) throws CimFault {
    try {
      books.setJob(volume, Optional.of(jobPath));
    } catch (VolumeException e) {
      throw new CimFault(CimFault.Kind.JOB_LOST, 0, e.getMessage(), e);
    }
  }

  @Override
  public void progress(int percent) {
    watch.progress(percent);
  }

  @Override
  public boolean isCancelled() {
    return watch.isCancelled();
  }

  @Override
  public boolean isLeft() {
    return watch.isLeft();
  }
}
