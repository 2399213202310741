/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Persistent reservations of a few initiators as the tables of SPC-4 §5.13 have them, written down
 * in the plainest way: an array of keys, a holder, a type. What the real ones are compared with.
 */
final class ReservationModel {

  private static final int NOBODY = -1;

  final long[] keys;
  final List<List<Sense>> attentions = new ArrayList<>();
  int holder = NOBODY;
  int type;
  boolean kept;
  int generation;

  ReservationModel(int initiators) {
    keys = new long[initiators];
    forgetAttentions();
  }

  void restart() {
    if (!kept) {
      Arrays.fill(keys, 0);
      holder = NOBODY;
      type = 0;
    }
    generation = 0;
    forgetAttentions();
  }

  private void forgetAttentions() {
    attentions.clear();
    for (long ignored : keys) {
      attentions.add(new ArrayList<>());
    }
  }

  private boolean heldByAll() {
    return type >= 7;
  }

  boolean holds(int one) {
    return type != 0 && (heldByAll() ? keys[one] != 0 : holder == one);
  }

  boolean mayRead(int one) {
    boolean registered = keys[one] != 0;
    return switch (type) {
      case 3 -> holder == one;
      case 6, 8 -> registered;
      default -> true;
    };
  }

  boolean mayWrite(int one) {
    boolean registered = keys[one] != 0;
    return switch (type) {
      case 0 -> true;
      case 1, 3 -> holder == one;
      default -> registered;
    };
  }

  private void tell(int one, Sense attention) {
    if (!attentions.get(one).contains(attention)) {
      attentions.get(one).add(attention);
    }
  }

  private void tellOthers(int by, Sense attention) {
    for (int each = 0; each < keys.length; each++) {
      if (each != by && keys[each] != 0) {
        tell(each, attention);
      }
    }
  }

  private boolean anyoneRegistered() {
    return Arrays.stream(keys).anyMatch(key -> key != 0);
  }

  private void end(int by) {
    int was = type;
    type = 0;
    holder = NOBODY;
    if (was >= 5) {
      tellOthers(by, Sense.RESERVATIONS_RELEASED);
    }
  }

  Outcome register(int by, Long key, long newKey, boolean keep) {
    if (key != null && key != keys[by]) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (newKey == 0 && keys[by] == 0) {
      return Outcome.GOOD;
    }
    boolean held = holds(by);
    generation++;
    kept = keep;
    keys[by] = newKey;
    if (newKey == 0 && held && (!heldByAll() || !anyoneRegistered())) {
      end(by);
    }
    return Outcome.GOOD;
  }

  Outcome reserve(int by, long key, int wanted) {
    if (keys[by] == 0 || keys[by] != key) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (type == 0) {
      type = wanted;
      holder = wanted >= 7 ? NOBODY : by;
      return Outcome.GOOD;
    }
    return holds(by) && type == wanted ? Outcome.GOOD : Outcome.RESERVATION_CONFLICT;
  }

  Outcome release(int by, long key, int wanted) {
    if (keys[by] == 0 || keys[by] != key) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (!holds(by)) {
      return Outcome.GOOD;
    }
    if (type != wanted) {
      return Sense.INVALID_RELEASE;
    }
    end(by);
    return Outcome.GOOD;
  }

  Outcome clear(int by, long key) {
    if (keys[by] == 0 || keys[by] != key) {
      return Outcome.RESERVATION_CONFLICT;
    }
    tellOthers(by, Sense.RESERVATIONS_PREEMPTED);
    Arrays.fill(keys, 0);
    type = 0;
    holder = NOBODY;
    generation++;
    return Outcome.GOOD;
  }

  Outcome preempt(int by, long key, long victim, int wanted) {
    if (keys[by] == 0 || keys[by] != key) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (victim == 0 && !heldByAll()) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(8);
    }
    if (victim == 0) {
      for (int each = 0; each < keys.length; each++) {
        remove(by, each, each != by);
      }
      takeOver(by, wanted);
      return Outcome.GOOD;
    }
    boolean ofHolder = holder != NOBODY && keys[holder] == victim;
    if (Arrays.stream(keys).noneMatch(each -> each == victim)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    for (int each = 0; each < keys.length; each++) {
      remove(by, each, keys[each] == victim && !(ofHolder && each == by));
    }
    if (ofHolder) {
      takeOver(by, wanted);
    } else {
      generation++;
      if (heldByAll() && !anyoneRegistered()) {
        type = 0;
      }
    }
    return Outcome.GOOD;
  }

  private void remove(int by, int one, boolean really) {
    if (really && keys[one] != 0) {
      keys[one] = 0;
      if (one != by) {
        tell(one, Sense.REGISTRATIONS_PREEMPTED);
      }
    }
  }

  private void takeOver(int by, int wanted) {
    generation++;
    boolean changed = type != wanted;
    type = wanted;
    holder = wanted >= 7 ? NOBODY : by;
    if (changed) {
      tellOthers(by, Sense.RESERVATIONS_RELEASED);
    }
  }

  Outcome move(int by, long key, long newKey, int to, boolean unregister, boolean keep) {
    if (keys[by] == 0 || keys[by] != key || holder != by) {
      return Outcome.RESERVATION_CONFLICT;
    }
    if (newKey == 0) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(8);
    }
    if (to == by) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(24);
    }
    generation++;
    kept = keep;
    keys[to] = newKey;
    holder = to;
    if (unregister) {
      keys[by] = 0;
    }
    return Outcome.GOOD;
  }
}
