/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.core.volume.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The appliance's long operations: what SMI-S begins shows there, and the other way round. */
public interface JobBook {

  /** Where a job stands. */
  enum State {
    RUNNING,
    DONE,
    FAILED,
    CANCELLED
  }

  /**
   * A job now.
   *
   * @param id lasting while the appliance runs
   * @param kind for instance {@code volume-copy}
   * @param subject the volume or image that it is about
   * @param state where it stands
   * @param doneBytes how far it is
   * @param totalBytes of how much
   * @param started when
   * @param ended when, unless it runs
   * @param problem what went wrong, or ""
   */
  record Entry(
      String id,
      String kind,
      String subject,
      State state,
      long doneBytes,
      long totalBytes,
      Instant started,
      Optional<Instant> ended,
      String problem) {

    /** 0 to 100. */
    public int percent() {
      if (state == State.DONE) {
        return 100;
      }
      return totalBytes <= 0 ? 0 : (int) Math.min(99, doneBytes * 100.0 / totalBytes);
    }
  }

  /** Takes a job in. */
  Entry add(String kind, String subject, Job<?> job);

  /** How long one that has ended stays at least, unless it is removed. */
  Duration kept();

  /** All that are known, the oldest first. */
  List<Entry> list();

  /** One of them. */
  Optional<Entry> find(String id);

  /** Asks it to end early; whether it is one that can. */
  boolean cancel(String id);

  /** Forgets one that has ended; whether it did. */
  boolean remove(String id);
}
