/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.work.CallerWork;
import io.lunette.core.work.Turnstile;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thing at a time be done to the access of one server: the catalog says what the masking
 * must be, and an allocate and a release that cross between the two would leave a returned replica
 * in reach. Held while masking is called, which may wait for an array: so no two servers share one,
 * and callers wait for it within bounds. Masking never calls back. Thread-safe.
 */
public final class ServerLocks {

  private static final int FEW = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A server's lock, before which callers stand in line. */
  private static final class ServerLock {
    private final Turnstile callers;
    private final Lock lock = new ReentrantLock();

    ServerLock(Duration patience) {
      this.callers = new Turnstile(1, patience);
    }
  }

  /** Somebody has the access of a server in hand. */
  public interface Held {

    /** Lets the next have it; called once, by the thread that holds it. */
    void release();
  }

  /** A lock is there for as long as somebody has it in hand. */
  private final Map<ServerName, WeakReference<ServerLock>> locks = new HashMap<>();

  private final Duration patience;
  private int many = FEW;

  /** No server is in hand. */
  public ServerLocks() {
    this(PATIENCE);
  }

  ServerLocks(Duration patience) {
    this.patience = patience;
  }

  /**
   * Takes the lock of a server; for this thread, until it is released.
   *
   * @throws DomainException BUSY if it is a caller's work, and what is under way there takes too
   *     long
   */
  public Held hold(ServerName server) throws DomainException {
    ServerLock there = of(server);
    boolean caller = CallerWork.isOne();
    if (caller && !there.callers.enter()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "server '" + server + "' is being changed, which takes long; try again later");
    }
    there.lock.lock();
    return () -> {
      there.lock.unlock();
      if (caller) {
        there.callers.leave();
      }
    };
  }

  private synchronized ServerLock of(ServerName server) {
    WeakReference<ServerLock> known = locks.get(server);
    ServerLock there = known == null ? null : known.get();
    if (there != null) {
      return there;
    }
    if (locks.size() >= many) {
      locks.values().removeIf(each -> each.refersTo(null));
      many = Math.max(FEW, 2 * locks.size());
    }
    ServerLock lock = new ServerLock(patience);
    locks.put(server, new WeakReference<>(lock));
    return lock;
  }
}
