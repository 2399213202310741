/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.ReservationChange.Notice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A reservation state in the making, by one command of one nexus: the steps that several service
 * actions share. Used by one thread, once.
 */
final class ReservationDraft {

  private final Registrant by;
  private final Map<Registrant, Long> keys;
  private final List<Notice> notices = new ArrayList<>();
  private final Set<Registrant> aborted = new LinkedHashSet<>();
  private int generation;
  private boolean kept;
  private Registrant holder;
  private ReservationType type;

  ReservationDraft(ReservationState from, Registrant by) {
    this.by = by;
    this.keys = new LinkedHashMap<>(from.keys());
    this.generation = from.generation();
    this.kept = from.keptOverPowerLoss();
    this.holder = from.holder();
    this.type = from.type();
  }

  ReservationDraft nextGeneration() {
    generation++;
    return this;
  }

  ReservationDraft keptOverPowerLoss(boolean keep) {
    kept = keep;
    return this;
  }

  int registrants() {
    return keys.size();
  }

  ReservationDraft register(Registrant one, long key) {
    keys.put(one, key);
    return this;
  }

  /** A reservation goes with its only holder, and those it had admitted are told. */
  ReservationDraft unregister(Registrant one) {
    boolean held = type != null && (type.heldByAll() ? keys.containsKey(one) : one.equals(holder));
    keys.remove(one);
    if (held && (!type.heldByAll() || keys.isEmpty())) {
      release();
    }
    return this;
  }

  /** Takes a registration from its owner, who is told unless it did so itself. */
  ReservationDraft preempt(Registrant one, boolean abort) {
    keys.remove(one);
    if (!one.equals(by)) {
      notices.add(new Notice(one, Sense.REGISTRATIONS_PREEMPTED));
      if (abort) {
        aborted.add(one);
      }
    }
    if (keys.isEmpty() && type != null && type.heldByAll()) {
      type = null;
    }
    return this;
  }

  ReservationDraft reserve(Registrant one, ReservationType wanted) {
    holder = wanted.heldByAll() ? null : one;
    type = wanted;
    return this;
  }

  ReservationDraft release() {
    boolean told = type.admitsRegistrants();
    holder = null;
    type = null;
    return told ? tellRegistrants(Sense.RESERVATIONS_RELEASED) : this;
  }

  ReservationDraft clear() {
    tellRegistrants(Sense.RESERVATIONS_PREEMPTED);
    keys.clear();
    holder = null;
    type = null;
    return this;
  }

  /** Tells every registrant but the nexus whose command this is. */
  ReservationDraft tellRegistrants(Sense attention) {
    for (Registrant each : keys.keySet()) {
      if (!each.equals(by)) {
        notices.add(new Notice(each, attention));
      }
    }
    return this;
  }

  ReservationChange done() {
    Map<Registrant, Long> frozen = Collections.unmodifiableMap(keys);
    return new ReservationChange.To(
        new ReservationState(generation, kept, frozen, holder, type), notices, aborted);
  }
}
