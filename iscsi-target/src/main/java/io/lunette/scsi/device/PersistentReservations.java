/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Persistent reservations of one unit (SPC-4 §5.13): who is registered with which key, and who
 * holds the reservation. Registrations belong to initiator ports and outlive sessions.
 *
 * <p>Thread-safe: changes under one lock, held for memory only. What every command asks, {@link
 * #conflicts}, reads one volatile snapshot.
 */
public final class PersistentReservations {

  /** One registrant. */
  public record Registration(InitiatorPort port, long key, int relativePort) {}

  /**
   * A consistent view.
   *
   * @param generation PRGENERATION
   * @param registrations in the order they were made
   * @param holder who holds the reservation; null if there is none, or all registrants hold it
   * @param type type of the reservation; null if there is none
   */
  public record State(
      int generation,
      Map<InitiatorPort, Registration> registrations,
      InitiatorPort holder,
      ReservationType type) {

    /** The registration of a port, or null. */
    public Registration of(InitiatorPort port) {
      return registrations.get(port);
    }

    /** Whether this port holds the reservation. */
    public boolean isHeldBy(InitiatorPort port) {
      return type != null
          && (type.heldByAll() ? registrations.containsKey(port) : port.equals(holder));
    }
  }

  private final List<Nexus> nexuses;

  @GuardedBy("this")
  private final Map<InitiatorPort, Registration> registrations = new LinkedHashMap<>();

  @GuardedBy("this")
  private InitiatorPort holder;

  @GuardedBy("this")
  private ReservationType type;

  @GuardedBy("this")
  private int generation;

  private volatile State state = new State(0, Map.of(), null, null);

  PersistentReservations(List<Nexus> nexuses) {
    this.nexuses = nexuses;
  }

  public State state() {
    return state;
  }

  /** Whether a reservation keeps this nexus from a command (SPC-4 table 66, SBC-3 table 13). */
  boolean conflicts(Nexus nexus, Access access) {
    State seen = state;
    ReservationType held = seen.type();
    if (held == null || access == Access.STATUS || access == Access.UNRESERVED) {
      return false;
    }
    if (seen.isHeldBy(nexus.port())
        || (held.admitsRegistrants() && seen.of(nexus.port()) != null)) {
      return false;
    }
    return access != Access.READ || held.excludesReads();
  }

  /**
   * REGISTER, and REGISTER AND IGNORE EXISTING KEY (SPC-4 §5.13.7).
   *
   * @param expectedKey the key the port must be registered with, 0 for none; null to ignore it
   * @param newKey 0 to unregister
   */
  @CheckReturnValue
  public synchronized Outcome register(Nexus nexus, Long expectedKey, long newKey) {
    InitiatorPort port = nexus.port();
    Registration present = registrations.get(port);
    long presentKey = present == null ? 0 : present.key();
    if (expectedKey != null && expectedKey != presentKey) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (newKey == 0) {
      if (present != null) {
        unregister(port, nexus);
      }
    } else {
      registrations.put(port, new Registration(port, newKey, nexus.relativePort()));
    }
    generation++;
    return publish();
  }

  /**
   * REGISTER AND MOVE (SPC-4 §5.13.8): registers another port with a key and makes it the holder.
   */
  @CheckReturnValue
  public synchronized Outcome registerAndMove(
      Nexus nexus, long key, long newKey, boolean unregister, InitiatorPort to, int relativePort) {
    Registration present = registrations.get(nexus.port());
    if (present == null || present.key() != key || !nexus.port().equals(holder)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (newKey == 0 || to.equals(nexus.port())) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    registrations.put(to, new Registration(to, newKey, relativePort));
    holder = to;
    if (unregister) {
      registrations.remove(nexus.port());
    }
    generation++;
    return publish();
  }

  /** RESERVE (SPC-4 §5.13.9). */
  @CheckReturnValue
  public synchronized Outcome reserve(Nexus nexus, long key, ReservationType wanted) {
    if (!isRegistered(nexus, key)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (type != null) {
      return type == wanted && isHolder(nexus.port()) ? Outcome.GOOD : Outcome.RESERVATION_CONFLICT;
    }
    type = wanted;
    holder = wanted.heldByAll() ? null : nexus.port();
    return publish();
  }

  /** RELEASE (SPC-4 §5.13.11.2). */
  @CheckReturnValue
  public synchronized Outcome release(Nexus nexus, long key, ReservationType of) {
    if (!isRegistered(nexus, key)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (type == null || !isHolder(nexus.port())) {
      return Outcome.GOOD;
    }
    if (type != of) {
      return Sense.INVALID_RELEASE;
    }
    boolean told = type.admitsRegistrants();
    type = null;
    holder = null;
    if (told) {
      tellRegistrants(nexus, Sense.RESERVATIONS_RELEASED);
    }
    return publish();
  }

  /** CLEAR (SPC-4 §5.13.11.6). */
  @CheckReturnValue
  public synchronized Outcome clear(Nexus nexus, long key) {
    if (!isRegistered(nexus, key)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    tellRegistrants(nexus, Sense.RESERVATIONS_PREEMPTED);
    registrations.clear();
    type = null;
    holder = null;
    generation++;
    return publish();
  }

  /**
   * PREEMPT (SPC-4 §5.13.11.4).
   *
   * @param preempted receives the ports that lost their registration, for PREEMPT AND ABORT
   */
  @CheckReturnValue
  public synchronized Outcome preempt(
      Nexus nexus,
      long key,
      long victimKey,
      ReservationType wanted,
      List<InitiatorPort> preempted) {
    if (!isRegistered(nexus, key)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    InitiatorPort port = nexus.port();
    boolean allRegistrants = type != null && type.heldByAll();
    if (victimKey == 0 && !allRegistrants) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    boolean takesOver =
        allRegistrants ? victimKey == 0 : holder != null && keyOf(holder) == victimKey;
    List<InitiatorPort> victims = new ArrayList<>();
    for (Registration each : registrations.values()) {
      boolean named = each.key() == victimKey || (victimKey == 0 && allRegistrants);
      if (named && !(takesOver && each.port().equals(port))) {
        victims.add(each.port());
      }
    }
    if (victims.isEmpty() && !takesOver) {
      return Outcome.RESERVATION_CONFLICT;
    }
    ReservationType before = type;
    for (InitiatorPort victim : victims) {
      registrations.remove(victim);
      if (!victim.equals(port)) {
        tell(victim, Sense.REGISTRATIONS_PREEMPTED);
      }
    }
    preempted.addAll(victims);
    if (allRegistrants && registrations.isEmpty()) {
      type = null;
    }
    if (takesOver) {
      type = wanted;
      holder = wanted.heldByAll() ? null : port;
      if (before != wanted) {
        tellRegistrants(nexus, Sense.RESERVATIONS_RELEASED);
      }
    }
    generation++;
    return publish();
  }

  @GuardedBy("this")
  private void unregister(InitiatorPort port, Nexus nexus) {
    boolean held = isHolder(port);
    registrations.remove(port);
    if (held && (!type.heldByAll() || registrations.isEmpty())) {
      boolean told = type.admitsRegistrants();
      type = null;
      holder = null;
      if (told) {
        tellRegistrants(nexus, Sense.RESERVATIONS_RELEASED);
      }
    }
  }

  @GuardedBy("this")
  private boolean isRegistered(Nexus nexus, long key) {
    Registration present = registrations.get(nexus.port());
    return present != null && present.key() == key;
  }

  @GuardedBy("this")
  private boolean isHolder(InitiatorPort port) {
    return type != null
        && (type.heldByAll() ? registrations.containsKey(port) : port.equals(holder));
  }

  @GuardedBy("this")
  private long keyOf(InitiatorPort port) {
    Registration present = registrations.get(port);
    return present == null ? 0 : present.key();
  }

  @GuardedBy("this")
  private void tellRegistrants(Nexus except, Sense attention) {
    for (Nexus nexus : nexuses) {
      if (nexus != except
          && !nexus.port().equals(except.port())
          && registrations.containsKey(nexus.port())) {
        nexus.establish(attention);
      }
    }
  }

  private void tell(InitiatorPort port, Sense attention) {
    for (Nexus nexus : nexuses) {
      if (nexus.port().equals(port)) {
        nexus.establish(attention);
      }
    }
  }

  @GuardedBy("this")
  private Outcome publish() {
    state =
        new State(
            generation,
            Collections.unmodifiableMap(new LinkedHashMap<>(registrations)),
            holder,
            type);
    return Outcome.GOOD;
  }
}
