/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** The relations between sources and copies (CIM_StorageSynchronized). Thread-safe. */
final class Synchronizations {

  /** CopyState. */
  private static final int SYNCHRONIZED = 4;

  private static final int BROKEN = 5;
  private static final int ABORTED = 12;
  private static final int INVALID = 17;
  private static final int RESTORED = 18;

  /** ProgressStatus. */
  private static final int COMPLETED = 2;

  private static final int RESTORING = 8;

  /** SyncState, of the older Copy Services. */
  private static final List<Integer> OLD_DONE = List.of(6, 11, 13, 14);

  private static final int OLD_RESTORING = 10;
  private static final int OLD_BROKEN = 12;

  /** OperationalStatus of a volume that is being made. */
  private static final int STATUS_STARTING = 8;

  private final CimSession session;
  private final ProgressWait waiting;

  Synchronizations(CimSession session, ProgressWait waiting) {
    this.session = session;
    this.waiting = waiting;
  }

  /** The relation in which a volume is the copy. */
  Optional<CIMInstance> of(CIMObjectPath target) throws CimFault {
    try {
      return session.references(target, "CIM_StorageSynchronized").stream()
          .filter(
              each ->
                  Cim.reference(each, "SyncedElement")
                      .filter(copy -> Cim.same(copy, target))
                      .isPresent())
          .findFirst();
    } catch (CimFault e) {
      if (e.isUnknown() || e.isStatus(CimFault.NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Path of a relation, as the array has it or made of what it relates. */
  static CIMObjectPath path(CIMInstance relation) {
    return Cim.local(relation.getObjectPath());
  }

  /**
   * Waits until a copy is whole. One that has no relation to its source, or none any more, is so
   * when the array does not say that it is still being made.
   *
   * @return its relation, if it has one
   */
  Optional<CIMInstance> awaitWhole(CIMObjectPath target, JobWatch watch) throws CimFault {
    AtomicReference<Optional<CIMInstance>> relation = new AtomicReference<>(Optional.empty());
    waiting.until(
        "its copy",
        watch,
        unused -> {
          relation.set(of(target));
          return percent(target, relation.get());
        },
        () -> {
          throw new CancellationException("cancelled");
        });
    return relation.get();
  }

  /** How far a copy is; empty if it is whole. */
  private OptionalLong percent(CIMObjectPath target, Optional<CIMInstance> relation)
      throws CimFault {
    boolean whole = relation.isPresent() ? isSettled(relation.get()) : !isStarting(target);
    if (whole) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        relation.isPresent() ? Cim.number(relation.get(), "PercentSynced").orElse(0) : 0);
  }

  private boolean isStarting(CIMObjectPath target) throws CimFault {
    return Cim.numbers(session.get(target, "OperationalStatus"), "OperationalStatus")
        .contains(STATUS_STARTING);
  }

  /** Whether nothing is under way; a relation that is broken is a fault. */
  private static boolean isSettled(CIMInstance relation) throws CimFault {
    long copy = Cim.number(relation, "CopyState").orElse(0);
    long progress = Cim.number(relation, "ProgressStatus").orElse(0);
    long old = Cim.number(relation, "SyncState").orElse(0);
    if (copy == BROKEN || copy == ABORTED || copy == INVALID || old == OLD_BROKEN) {
      throw new CimFault(
          CimFault.Kind.JOB_FAILED, 0, "its copy is broken (CopyState " + copy + ")");
    }
    if (progress == RESTORING || old == OLD_RESTORING) {
      return false;
    }
    boolean says = copy != 0 || progress != 0 || old != 0;
    return !says
        || copy == SYNCHRONIZED
        || copy == RESTORED
        || (copy > BROKEN && progress == COMPLETED)
        || (copy == 0 && (progress == COMPLETED || OLD_DONE.contains((int) old)));
  }
}
