/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thing at a time be done to the access of one server: the catalog says what the masking
 * must be, and an allocate and a release that cross between the two would leave a returned replica
 * in reach. Held while masking is called, which may wait for an array: so no two servers share one.
 * Masking never calls back. Thread-safe.
 */
public final class ServerLocks {

  private static final int FEW = 64;

  /** A lock is there for as long as somebody has it in hand. */
  private final Map<ServerName, WeakReference<Lock>> locks = new HashMap<>();

  private int many = FEW;

  /** The lock of a server. */
  public synchronized Lock of(ServerName server) {
    WeakReference<Lock> known = locks.get(server);
    Lock there = known == null ? null : known.get();
    if (there != null) {
      return there;
    }
    if (locks.size() >= many) {
      locks.values().removeIf(each -> each.refersTo(null));
      many = Math.max(FEW, 2 * locks.size());
    }
    Lock lock = new ReentrantLock();
    locks.put(server, new WeakReference<>(lock));
    return lock;
  }
}
