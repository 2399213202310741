/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thing at a time be done to the access of one server: the catalog says what the masking
 * must be, and an allocate and a release that cross between the two would leave a returned replica
 * in reach. Held while masking is called; masking never calls back. Thread-safe.
 */
public final class ServerLocks {

  private static final int STRIPES = 64;

  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  public ServerLocks() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  /** The lock of a server, which it may share with others. */
  public Lock of(ServerName server) {
    return stripes[Math.floorMod(server.hashCode(), STRIPES)];
  }
}
