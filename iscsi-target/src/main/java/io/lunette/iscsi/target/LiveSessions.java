/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.session.Session;
import io.lunette.iscsi.session.TransferBudget;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The sessions that are let in, normal and discovery ones, by TSIH and by initiator: none gets so
 * many, or so much of the transfer budget, that others find nothing. Thread-safe.
 */
final class LiveSessions {

  /** The sessions of an initiator, and what they may hold together. */
  private record Presence(Set<Session> sessions, TransferBudget budget) {}

  private final int mostOfInitiator;
  private final TransferBudget budget;
  private final RandomGenerator random;

  @GuardedBy("this")
  private final Map<Integer, Session> byTsih = new HashMap<>();

  @GuardedBy("this")
  private final Map<InitiatorName, Presence> initiators = new HashMap<>();

  LiveSessions(int mostOfInitiator, TransferBudget budget, RandomGenerator random) {
    this.mostOfInitiator = mostOfInitiator;
    this.budget = budget;
    this.random = random;
  }

  /** Lets a session in unless its initiator has as many as it may, the one it replaces apart. */
  @CheckReturnValue
  synchronized boolean admit(Session session) {
    Presence presence =
        initiators.getOrDefault(session.initiator(), new Presence(new HashSet<>(), budget.half()));
    long others = presence.sessions.stream().filter(each -> !each.isReplacedBy(session)).count();
    if (others >= mostOfInitiator) {
      return false;
    }
    initiators.put(session.initiator(), presence);
    presence.sessions.add(session);
    int tsih = unusedTsih();
    byTsih.put(tsih, session);
    session.admitted(tsih, presence.budget);
    return true;
  }

  /** Never 0 (RFC 7143 §11.12.6), and telling nobody how many there were (DESIGN I6). */
  @GuardedBy("this")
  private int unusedTsih() {
    int tsih;
    do {
      tsih = 1 + random.nextInt(0xFFFF);
    } while (byTsih.containsKey(tsih));
    return tsih;
  }

  synchronized Optional<Session> find(int tsih) {
    return Optional.ofNullable(byTsih.get(tsih));
  }

  synchronized void ended(Session session) {
    byTsih.remove(session.tsih(), session);
    Presence presence = initiators.get(session.initiator());
    if (presence != null && presence.sessions.remove(session) && presence.sessions.isEmpty()) {
      initiators.remove(session.initiator());
    }
  }
}
