/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** Copies by CIM_ReplicationService (SMI-S 1.5 and later, Replication Services). Thread-safe. */
final class ReplicationCopies implements CopyServices {

  /** SyncType. */
  private static final int SYNC_SNAPSHOT = 7;

  private static final int SYNC_CLONE = 8;

  /** SupportedReplicationTypes. */
  private static final List<Integer> SNAPSHOTS = List.of(6, 7);

  private static final List<Integer> CLONES = List.of(10, 11);

  /** Operation of ModifyReplicaSynchronization. */
  private static final int DETACH = 8;

  private static final int RESTORE = 15;
  private static final int RETURN_TO_POOL = 19;

  /** WaitForCopyState. */
  private static final int SYNCHRONIZED = 4;

  private final MethodCalls calls;
  private final Synchronizations relations;
  private final CIMObjectPath service;
  private final CIMObjectPath pool;
  private final boolean clones;
  private final boolean snapshots;

  private ReplicationCopies(
      MethodCalls calls,
      Synchronizations relations,
      CIMObjectPath service,
      CIMObjectPath pool,
      boolean clones,
      boolean snapshots) {
    this.calls = calls;
    this.relations = relations;
    this.service = service;
    this.pool = pool;
    this.clones = clones;
    this.snapshots = snapshots;
  }

  static ReplicationCopies discover(
      CimSession session,
      MethodCalls calls,
      Synchronizations relations,
      CIMObjectPath service,
      CIMObjectPath pool)
      throws CimFault {
    List<Integer> types =
        Discovery.capabilities(session, service, "CIM_ReplicationServiceCapabilities").stream()
            .flatMap(each -> Cim.numbers(each, "SupportedReplicationTypes").stream())
            .toList();
    return new ReplicationCopies(
        calls,
        relations,
        service,
        pool,
        types.isEmpty() || types.stream().anyMatch(CLONES::contains),
        types.isEmpty() || types.stream().anyMatch(SNAPSHOTS::contains));
  }

  @Override
  public boolean clones() {
    return clones;
  }

  @Override
  public boolean snapshots() {
    return snapshots;
  }

  @Override
  public String describe() {
    return "ReplicationService";
  }

  @Override
  public MethodCalls.Outcome copy(
      Purpose purpose, CIMObjectPath source, String label, JobWatch watch) throws CimFault {
    boolean snapshot = purpose == Purpose.SNAPSHOT ? snapshots : !clones;
    List<CIMArgument<?>> least =
        List.of(
            Cim.text("ElementName", label),
            Cim.uint16("SyncType", snapshot ? SYNC_SNAPSHOT : SYNC_CLONE),
            Cim.reference("SourceElement", source));
    CIMArgument<?> wait = Cim.uint16("WaitForCopyState", SYNCHRONIZED);
    List<List<CIMArgument<?>>> ways =
        List.of(List.of(wait), List.of(wait, Cim.reference("TargetPool", pool)), List.of());
    CimFault last = null;
    for (List<CIMArgument<?>> more : ways) {
      List<CIMArgument<?>> all = new ArrayList<>(least);
      all.addAll(more);
      try {
        return calls.call(
            service, "CreateElementReplica", watch, all.toArray(new CIMArgument<?>[0]));
      } catch (CimFault e) {
        if (!isAboutParameters(e)) {
          throw e;
        }
        last = e;
      }
    }
    throw last;
  }

  private static boolean isAboutParameters(CimFault fault) {
    return fault.returned(5) || fault.isStatus(CimFault.INVALID_PARAMETER);
  }

  @Override
  public void detach(CIMObjectPath target, JobWatch watch) throws CimFault {
    Optional<CIMInstance> relation = relations.awaitWhole(target, watch);
    if (relation.isPresent() && clones) {
      modify(DETACH, relation.get(), watch);
    }
  }

  private void modify(int operation, CIMInstance relation, JobWatch watch) throws CimFault {
    try {
      calls.call(
          service,
          "ModifyReplicaSynchronization",
          watch,
          Cim.uint16("Operation", operation),
          Cim.reference("Synchronization", Synchronizations.path(relation)));
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND) || operation == RESTORE) {
        throw e;
      }
    }
  }

  @Override
  public void restore(CIMObjectPath snapshot, JobWatch watch) throws CimFault {
    CIMInstance relation =
        relations
            .of(snapshot)
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "it does not know any more what it is a snapshot of"));
    modify(RESTORE, relation, watch);
    relations.awaitWhole(snapshot, watch);
  }

  @Override
  public boolean discard(CIMObjectPath snapshot, JobWatch watch) throws CimFault {
    Optional<CIMInstance> relation = relations.of(snapshot);
    if (relation.isEmpty()) {
      return false;
    }
    if (snapshots) {
      try {
        modify(RETURN_TO_POOL, relation.get(), watch);
        return true;
      } catch (CimFault e) {
        if (!e.isUnknown() && !e.returned(ReturnCodes.NOT_SUPPORTED) && !isAboutParameters(e)) {
          throw e;
        }
      }
    }
    modify(DETACH, relation.get(), watch);
    return false;
  }
}
