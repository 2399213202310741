/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that have not logged in yet, oldest first. One more than allowed drops the oldest: an
 * honest login is over in milliseconds, so a flood of connections that never log in costs itself.
 *
 * <p>Thread-safe; the lock is held for memory only.
 */
public final class PendingLogins {

  private static final Logger LOG = LoggerFactory.getLogger(PendingLogins.class);

  private final int most;

  @GuardedBy("this")
  private final Set<Channel> channels = new LinkedHashSet<>();

  public PendingLogins(int most) {
    this.most = most;
  }

  void add(Channel channel) {
    Channel oldest = addAndTakeExcess(channel);
    if (oldest != null) {
      LOG.debug("connection from {} closed: {} others log in too", oldest.remoteAddress(), most);
      oldest.close();
    }
  }

  private synchronized Channel addAndTakeExcess(Channel channel) {
    channels.add(channel);
    if (channels.size() <= most) {
      return null;
    }
    Iterator<Channel> oldestFirst = channels.iterator();
    Channel oldest = oldestFirst.next();
    oldestFirst.remove();
    return oldest;
  }

  synchronized void remove(Channel channel) {
    channels.remove(channel);
  }

  /** How many there are. */
  public synchronized int count() {
    return channels.size();
  }
}
