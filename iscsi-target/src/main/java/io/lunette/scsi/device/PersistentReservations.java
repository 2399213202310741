/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Persistent reservations of one unit (SPC-4 §5.13): who is registered with which key, and who
 * holds the reservation.
 *
 * <p>Operations run one after the other, in the order they came. One that changes what is kept over
 * a power loss waits for its record to be durable, and the next ones wait behind it; only then does
 * the new state show, and are those told whom it concerns. So nobody acts on a state that a crash
 * would take back, and if the record cannot be written nothing has changed.
 *
 * <p>Thread-safe: the lock is held for memory only. What every command asks, {@link #conflicts},
 * reads one volatile snapshot.
 */
public final class PersistentReservations {

  private static final Logger LOG = LoggerFactory.getLogger(PersistentReservations.class);

  private record Waiting(ReservationOperation operation, Consumer<Outcome> done) {}

  private final List<Nexus> nexuses;
  private final RunningCopies copies;
  private final UnitRecords records;

  @GuardedBy("this")
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Whether an operation runs, or waits for its record; whoever set it goes on with the rest. */
  @GuardedBy("this")
  private boolean running;

  private volatile ReservationState state;

  /** Until somebody replaces what was lost. */
  private volatile boolean lost;

  PersistentReservations(List<Nexus> nexuses, RunningCopies copies, UnitRecords records) {
    this.nexuses = nexuses;
    this.copies = copies;
    this.records = records;
    ReservationState kept = restore(records);
    this.lost = kept == null;
    this.state = lost ? ReservationState.NONE : kept;
  }

  /** What outlived the restart; null if there was something and it is lost. */
  private static ReservationState restore(UnitRecords records) {
    if (records.isLost(Kind.RESERVATIONS)) {
      return null;
    }
    try {
      return ReservationRecord.decode(records.kept(Kind.RESERVATIONS).orElse(new byte[0]));
    } catch (IOException e) {
      LOG.error("the reservations that a unit kept are lost: {}", e.getMessage());
      return null;
    }
  }

  public ReservationState state() {
    return state;
  }

  /** Whether APTPL can be active. */
  public boolean canOutlivePowerLoss() {
    return records.isDurable();
  }

  /** Whether the unit had reservations which it does not know any more; then nobody may use it. */
  boolean areLost() {
    return lost;
  }

  /** Whether a reservation keeps this nexus from a command (SPC-4 table 66, SBC-3 table 13). */
  boolean conflicts(Nexus nexus, Access access) {
    ReservationState seen = state;
    ReservationType held = seen.type();
    if (held == null || access == Access.STATUS || access == Access.UNRESERVED) {
      return false;
    }
    Registrant asking = nexus.registrant();
    if (seen.isHeldBy(asking) || seen.admitsAsRegistrant(asking)) {
      return false;
    }
    return access != Access.READ || held.excludesReads();
  }

  /** The ports of an initiator that are registered, or see the unit just now. */
  public Set<InitiatorPort> knownPorts(String nodeName) {
    Set<InitiatorPort> ports = new LinkedHashSet<>();
    nexuses.forEach(each -> ports.add(each.port()));
    state.keys().keySet().forEach(each -> ports.add(each.port()));
    ports.removeIf(each -> !each.nodeName().equals(nodeName));
    return ports;
  }

  /**
   * Carries out an operation.
   *
   * @param done told the outcome once, perhaps before this returns, on any thread
   */
  public void perform(ReservationOperation operation, Consumer<Outcome> done) {
    synchronized (this) {
      waiting.add(new Waiting(operation, done));
      if (running) {
        return;
      }
      running = true;
    }
    runWaiting();
  }

  /** Whoever cannot be told the outcome must not keep those who wait behind. */
  private void runWaiting() {
    Waiting next = takeNext();
    boolean goesOn = true;
    while (next != null && goesOn) {
      boolean told = false;
      try {
        goesOn = runsThrough(next);
        told = true;
      } finally {
        if (!told) {
          runWaiting();
        }
      }
      next = goesOn ? takeNext() : null;
    }
  }

  private synchronized Waiting takeNext() {
    Waiting next = waiting.poll();
    running = next != null;
    return next;
  }

  /** False if the operation waits for its record; its completion goes on with the rest. */
  private boolean runsThrough(Waiting one) {
    boolean replaces = one.operation instanceof ReplaceOperation;
    ReservationChange result =
        replaces && !lost
            ? new ReservationChange.None(Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4))
            : one.operation.apply(state);
    if (result instanceof ReservationChange.None none) {
      one.done.accept(none.answer());
      return true;
    }
    ReservationChange.To change = (ReservationChange.To) result;
    boolean isKept = lost || state.keptOverPowerLoss() || change.state().keptOverPowerLoss();
    if (!isKept || change.state().isKeptAs(state)) {
      publish(change, one.done);
      return true;
    }
    records
        .save(Kind.RESERVATIONS, ReservationRecord.encode(change.state()))
        .whenComplete((saved, failure) -> saved(one, change, failure));
    return false;
  }

  private void saved(Waiting one, ReservationChange.To change, Throwable failure) {
    if (failure == null) {
      publish(change, one.done);
    } else {
      LOG.error("a reservation could not be kept: {}", failure.getMessage());
      one.done.accept(Sense.INTERNAL_TARGET_FAILURE);
    }
    runWaiting();
  }

  private void publish(ReservationChange.To change, Consumer<Outcome> done) {
    state = change.state();
    lost = false;
    for (ReservationChange.Notice notice : change.notices()) {
      for (Nexus nexus : nexuses) {
        if (nexus.registrant().equals(notice.to())) {
          nexus.establish(notice.attention());
        }
      }
    }
    abort(change.aborted(), () -> done.accept(Outcome.GOOD));
  }

  /** Asks the sessions and the copies concerned to end; {@code done} runs when all have. */
  private void abort(Set<Registrant> victims, Runnable done) {
    List<Nexus> concerned =
        victims.isEmpty()
            ? List.of()
            : nexuses.stream().filter(each -> victims.contains(each.registrant())).toList();
    AtomicInteger left = new AtomicInteger(2 + concerned.size());
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            done.run();
          }
        };
    concerned.forEach(each -> each.abortTasks(one));
    if (victims.isEmpty()) {
      one.run();
    } else {
      copies.abort(copy -> victims.stream().anyMatch(victim -> victim.port().equals(copy.port())));
      copies.whenAborted(one);
    }
    one.run();
  }
}
