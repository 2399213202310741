/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

/** Follows one of the array's jobs from our side. Called by the thread that waits for it. */
interface JobWatch {

  /** Nobody looks on and nobody stops it. */
  JobWatch NONE =
      new JobWatch() {
        @Override
        public void started(String jobPath) {}

        @Override
        public void progress(int percent) {}

        @Override
        public boolean isCancelled() {
          return false;
        }
      };

  /** The array has begun a job; called before it is followed, so that it can be noted. */
  void started(String jobPath) throws CimFault;

  void progress(int percent);

  /** Whether the job is to be ended early. */
  boolean isCancelled();

  /** Whether we stop looking at it, while it goes on at the array. */
  default boolean isLeft() {
    return false;
  }
}
