/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many callers in at one time. The others wait for a while; once one of them has waited in
 * vain, nobody waits until somebody inside has come out: what hangs holds a bounded number of
 * threads, and a crowd before what answers is served. Thread-safe.
 */
public final class Turnstile {

  private final Semaphore places;
  private final Duration most;
  private volatile boolean stuck;

  /**
   * Everybody is outside.
   *
   * @param places how many may be inside
   * @param most that anybody waits
   */
  public Turnstile(int places, Duration most) {
    this.places = new Semaphore(places);
    this.most = most;
  }

  /** Whether the caller is inside now; {@link #leave} is then owed. */
  public boolean enter() {
    boolean inside;
    try {
      inside = places.tryAcquire(stuck ? 0 : most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    if (!inside) {
      stuck = true;
    }
    return inside;
  }

  /** The caller is outside again. */
  public void leave() {
    stuck = false;
    places.release();
  }
}
