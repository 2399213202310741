/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** Copies volumes at the array, by whichever {@link CopyMethods} it has. Thread-safe. */
final class CopyServices {

  /** What is wanted of a copy. */
  enum Purpose {
    /** To be written to by itself: a full copy if there is such, else a snapshot. */
    CLONE,
    /** To hold what the source was: a snapshot if there is such, else a full copy. */
    SNAPSHOT
  }

  /** SyncType and CopyType of a relation that is no snapshot. */
  private static final int SYNC_CLONE = 8;

  private static final int COPY_INDEPENDENT = 5;

  private final MethodCalls calls;
  private final Synchronizations relations;
  private final CopyMethods methods;

  CopyServices(MethodCalls calls, Synchronizations relations, CopyMethods methods) {
    this.calls = calls;
    this.relations = relations;
    this.methods = methods;
  }

  /** Whether the array makes full copies. */
  boolean clones() {
    return methods.cloneType().isPresent();
  }

  /** Whether it makes copies that share what was not written since. */
  boolean snapshots() {
    return methods.snapshotType().isPresent();
  }

  /** For people. */
  String describe() {
    return methods.description();
  }

  /**
   * Makes a copy with that label. What else a method wants to be told differs: it is asked with
   * what makes it wait for the copy to be whole, with a pool as well, and with neither.
   */
  MethodCalls.Outcome copy(Purpose purpose, CIMObjectPath source, String label, JobWatch watch)
      throws CimFault {
    boolean snapshot = purpose == Purpose.SNAPSHOT ? snapshots() : !clones();
    int type = (snapshot ? methods.snapshotType() : methods.cloneType()).orElseThrow();
    CimFault last = null;
    for (List<CIMArgument<?>> more : ways()) {
      List<CIMArgument<?>> all = new ArrayList<>();
      all.add(Cim.text("ElementName", label));
      all.add(Cim.uint16(methods.typeParameter(), type));
      all.add(Cim.reference("SourceElement", source));
      all.addAll(more);
      try {
        return calls.call(
            methods.service(), methods.create(), watch, all.toArray(new CIMArgument<?>[0]));
      } catch (CimFault e) {
        if (!e.isAboutParameters()) {
          throw e;
        }
        last = e;
      }
    }
    throw last;
  }

  private List<List<CIMArgument<?>>> ways() {
    List<List<CIMArgument<?>>> ways = new ArrayList<>();
    methods.whole().ifPresent(each -> ways.add(List.of(each)));
    methods.whole().ifPresent(each -> ways.add(List.of(each, methods.pool())));
    ways.add(List.of());
    ways.add(List.of(methods.pool()));
    return ways;
  }

  /** Waits until a copy is whole; empty if it has no relation to its source. */
  Optional<CIMInstance> awaitWhole(CIMObjectPath target, JobWatch watch) throws CimFault {
    return relations.awaitWhole(target, watch);
  }

  /** Waits until a clone is whole, and makes it independent of its source where that can be. */
  void detach(CIMObjectPath target, JobWatch watch) throws CimFault {
    Optional<CIMInstance> relation = relations.awaitWhole(target, watch);
    if (relation.isPresent() && clones()) {
      modifyIfThere(methods.detach(), relation.get(), watch);
    }
  }

  private void modify(int operation, CIMInstance relation, JobWatch watch) throws CimFault {
    calls.call(
        methods.service(),
        methods.modify(),
        watch,
        Cim.uint16("Operation", operation),
        Cim.reference("Synchronization", Synchronizations.path(relation)));
  }

  /** Some arrays dissolve a relation by themselves when the copy is whole. */
  private void modifyIfThere(int operation, CIMInstance relation, JobWatch watch) throws CimFault {
    try {
      modify(operation, relation, watch);
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND)) {
        throw e;
      }
    }
  }

  /** Sets the source of a snapshot back to it. */
  void restore(CIMObjectPath snapshot, JobWatch watch) throws CimFault {
    CIMInstance relation =
        relations
            .of(snapshot)
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "it does not know any more what it is a snapshot of"));
    modify(methods.restore(), relation, watch);
    Optional<CIMInstance> unused = relations.awaitWhole(snapshot, watch);
  }

  /**
   * Gives a snapshot back by way of its relation to the source.
   *
   * @return whether that has also returned its space
   */
  boolean discard(CIMObjectPath snapshot, JobWatch watch) throws CimFault {
    Optional<CIMInstance> relation = relations.of(snapshot);
    if (relation.isEmpty()) {
      return false;
    }
    if (methods.returnToPool().isPresent() && !isClone(relation.get())) {
      try {
        modifyIfThere(methods.returnToPool().getAsInt(), relation.get(), watch);
        return true;
      } catch (CimFault e) {
        if (!e.isUnknown() && !e.returned(ReturnCodes.NOT_SUPPORTED) && !e.isAboutParameters()) {
          throw e;
        }
      }
    }
    modifyIfThere(methods.detach(), relation.get(), watch);
    return false;
  }

  private static boolean isClone(CIMInstance relation) {
    return Cim.number(relation, "SyncType").orElse(0) == SYNC_CLONE
        || Cim.number(relation, "CopyType").orElse(0) == COPY_INDEPENDENT;
  }
}
