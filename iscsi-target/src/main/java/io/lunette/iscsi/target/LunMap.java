/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.session.Session;
import io.lunette.scsi.Sense;
import io.lunette.scsi.command.CommandSet;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.MappingStatistics;
import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which initiator sees which unit under which LUN, and the sessions that have to be told. Changes
 * and the beginning and end of sessions are serialised by one lock, held for memory only; waiting
 * for commands under way happens outside it.
 *
 * <p>A unit begins with the first mapping that names it, when what it kept is loaded, and ends with
 * the last, when that is removed: who is given its blocks later finds no reservation of others. A
 * second lock, which no event loop takes, keeps the two apart while they use the store.
 */
final class LunMap {

  /** A mapping; {@code mapped} is shared by all sessions that use it. */
  private record Mapping(LogicalUnitSpec spec, MappedUnit mapped) {}

  /** A unit and how many mappings name it. */
  private static final class SharedUnit {
    final BlockDevice device;
    final UnitTraits traits;
    final LogicalUnit unit;
    int mappings;

    SharedUnit(LogicalUnitSpec spec, UnitRecords records, UnitServices services) {
      device = spec.device();
      traits = spec.traits();
      unit = new LogicalUnit(spec.device(), spec.identity(), records, spec.traits(), services);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(LunMap.class);

  private final UnitStateStore states;
  private final UnitServices services;

  /** Held while a unit begins or ends; taken before the lock of the map. */
  private final Object unitLives = new Object();

  /** Units that have ended and whose records are there still. */
  @GuardedBy("unitLives")
  private final Set<UUID> unremoved = new HashSet<>();

  @GuardedBy("this")
  private final Map<UUID, SharedUnit> units = new HashMap<>();

  @GuardedBy("this")
  private final TreeMap<Integer, Mapping> forAll = new TreeMap<>();

  @GuardedBy("this")
  private final Map<InitiatorName, TreeMap<Integer, Mapping>> own = new TreeMap<>();

  @GuardedBy("this")
  private final Set<Session> sessions = new LinkedHashSet<>();

  LunMap(UnitStateStore states, UnitServices services) {
    this.states = states;
    this.services = services;
  }

  /**
   * Gives a session the units that its initiator sees.
   *
   * @return the session of the same initiator port that has to end first; nothing was done then
   */
  synchronized Optional<Session> begin(Session session) {
    Optional<Session> replaced =
        sessions.stream().filter(each -> each.isReplacedBy(session)).findFirst();
    if (replaced.isPresent()) {
      return replaced;
    }
    sessions.add(session);
    TreeMap<Integer, Mapping> visible = new TreeMap<>(forAll);
    visible.putAll(own.getOrDefault(session.initiator(), new TreeMap<>()));
    visible.forEach((lun, mapping) -> session.show(lun, mapping.mapped));
    session.establish(Sense.POWER_ON_OR_RESET);
    return Optional.empty();
  }

  synchronized void ended(Session session) {
    sessions.remove(session);
  }

  synchronized List<Session> sessions() {
    return List.copyOf(sessions);
  }

  void map(InitiatorName initiator, int lun, LogicalUnitSpec spec) throws LunConflictException {
    synchronized (unitLives) {
      UnitRecords records = recordsFor(spec.identity());
      synchronized (this) {
        TreeMap<Integer, Mapping> luns = own.getOrDefault(initiator, new TreeMap<>());
        Mapping added = add(luns, lun, spec, records, initiator + "'s LUN " + lun);
        if (added != null) {
          own.putIfAbsent(initiator, luns);
          show(sessionsOf(initiator), lun, added);
        }
      }
    }
  }

  void mapForAll(int lun, LogicalUnitSpec spec) throws LunConflictException {
    synchronized (unitLives) {
      UnitRecords records = recordsFor(spec.identity());
      synchronized (this) {
        Mapping added = add(forAll, lun, spec, records, "LUN " + lun + " of everyone");
        if (added != null) {
          show(withoutOwn(lun), lun, added);
        }
      }
    }
  }

  /** What a unit that is about to begin kept; null of one that is there. */
  @GuardedBy("unitLives")
  private UnitRecords recordsFor(UUID identity) throws LunConflictException {
    synchronized (this) {
      if (units.containsKey(identity)) {
        return null;
      }
    }
    if (unremoved.contains(identity)) {
      removeAgain(identity);
    }
    return UnitRecords.load(states, identity);
  }

  /** What those before left is not carried out on what is somebody else's by now. */
  @GuardedBy("unitLives")
  private void removeAgain(UUID identity) throws LunConflictException {
    try {
      states.remove(identity);
      unremoved.remove(identity);
    } catch (IOException e) {
      throw new LunConflictException(
          "what unit " + identity + " kept cannot be removed: " + e.getMessage());
    }
  }

  /** The new mapping; null if it is there already. */
  @GuardedBy("this")
  private Mapping add(
      TreeMap<Integer, Mapping> luns,
      int lun,
      LogicalUnitSpec spec,
      UnitRecords records,
      String place)
      throws LunConflictException {
    if (lun < 0 || lun > 16_383) {
      throw new IllegalArgumentException("LUN " + lun + " is not from 0 to 16383");
    }
    Mapping present = luns.get(lun);
    if (present != null) {
      if (present.spec.equals(spec)) {
        return null;
      }
      throw new LunConflictException(place + " is unit " + present.spec.identity() + " already");
    }
    SharedUnit shared = units.get(spec.identity());
    if (shared != null
        && (shared.device != spec.device() || !shared.traits.equals(spec.traits()))) {
      throw new LunConflictException(
          "unit " + spec.identity() + " has another device, or other traits, already");
    }
    if (shared == null) {
      shared = new SharedUnit(spec, records, services);
      units.put(spec.identity(), shared);
      CommandSet.resume(shared.unit);
    }
    shared.mappings++;
    Mapping mapping =
        new Mapping(spec, new MappedUnit(shared.unit, spec.mode() == AccessMode.READ_ONLY));
    luns.put(lun, mapping);
    return mapping;
  }

  @GuardedBy("this")
  private Collection<Session> sessionsOf(InitiatorName initiator) {
    return sessions.stream().filter(each -> each.initiator().equals(initiator)).toList();
  }

  @GuardedBy("this")
  private Collection<Session> withoutOwn(int lun) {
    List<Session> found = new ArrayList<>();
    for (Session each : sessions) {
      TreeMap<Integer, Mapping> luns = own.get(each.initiator());
      if (luns == null || !luns.containsKey(lun)) {
        found.add(each);
      }
    }
    return found;
  }

  private static void show(Collection<Session> to, int lun, Mapping mapping) {
    for (Session session : to) {
      session.hide(lun);
      session.show(lun, mapping.mapped);
      session.establish(Sense.REPORTED_LUNS_CHANGED);
    }
  }

  /** On return no command is under way through the mapping. */
  void unmap(InitiatorName initiator, int lun) {
    Mapping removed;
    synchronized (this) {
      TreeMap<Integer, Mapping> luns = own.get(initiator);
      removed = luns == null ? null : luns.remove(lun);
      if (removed == null) {
        return;
      }
      if (luns.isEmpty()) {
        own.remove(initiator);
      }
      hide(sessionsOf(initiator), lun, forAll.get(lun));
    }
    shut(removed);
  }

  /** On return no command is under way through the mapping. */
  void unmapForAll(int lun) {
    Mapping removed;
    synchronized (this) {
      removed = forAll.remove(lun);
      if (removed == null) {
        return;
      }
      hide(withoutOwn(lun), lun, null);
    }
    shut(removed);
  }

  private static void hide(Collection<Session> from, int lun, Mapping uncovered) {
    for (Session session : from) {
      session.hide(lun);
      if (uncovered != null) {
        session.show(lun, uncovered.mapped);
      }
      session.establish(Sense.REPORTED_LUNS_CHANGED);
    }
  }

  private void shut(Mapping removed) {
    removed.mapped.shut();
    UUID identity = removed.spec.identity();
    synchronized (unitLives) {
      LogicalUnit ended;
      synchronized (this) {
        SharedUnit shared = units.get(identity);
        if (--shared.mappings > 0) {
          return;
        }
        units.remove(identity);
        ended = shared.unit;
      }
      ended.end();
      try {
        states.remove(identity);
      } catch (IOException e) {
        LOG.error("what unit {} kept could not be removed: {}", identity, e.getMessage());
        unremoved.add(identity);
      }
    }
  }

  synchronized void spaceThresholdReached() {
    units.values().forEach(shared -> shared.unit.thresholdReached());
  }

  synchronized List<LunStatus> luns() {
    List<LunStatus> all = new ArrayList<>();
    forAll.forEach((lun, mapping) -> all.add(status(Optional.empty(), lun, mapping)));
    own.forEach(
        (initiator, luns) ->
            luns.forEach((lun, mapping) -> all.add(status(Optional.of(initiator), lun, mapping))));
    return all;
  }

  private static LunStatus status(Optional<InitiatorName> initiator, int lun, Mapping mapping) {
    MappingStatistics statistics = mapping.mapped.statistics();
    return new LunStatus(
        initiator,
        lun,
        mapping.spec.identity(),
        mapping.spec.mode(),
        statistics.reads(),
        statistics.readBytes(),
        statistics.writes(),
        statistics.writtenBytes(),
        statistics.failures());
  }
}
