/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Copies by the methods that CIM_StorageConfigurationService had before there was a Replication
 * service (SMI-S 1.4 and before, Copy Services). Its operations are numbered otherwise.
 * Thread-safe.
 */
final class LegacyCopies implements CopyServices {

  /** CopyType. */
  private static final int ASSOCIATED = 4;

  private static final int INDEPENDENT = 5;

  /** Operation of ModifySynchronization. */
  private static final int DETACH = 2;

  private static final int RESTORE = 5;

  private final MethodCalls calls;
  private final Synchronizations relations;
  private final CIMObjectPath service;
  private final List<Integer> types;

  LegacyCopies(
      MethodCalls calls,
      Synchronizations relations,
      CIMObjectPath service,
      List<Integer> copyTypes) {
    this.calls = calls;
    this.relations = relations;
    this.service = service;
    this.types = List.copyOf(copyTypes);
  }

  @Override
  public boolean clones() {
    return types.contains(INDEPENDENT);
  }

  @Override
  public boolean snapshots() {
    return types.contains(ASSOCIATED);
  }

  @Override
  public String describe() {
    return clones() || snapshots() ? "Copy Services" : "none";
  }

  @Override
  public MethodCalls.Outcome copy(
      Purpose purpose, CIMObjectPath source, String label, JobWatch watch) throws CimFault {
    boolean snapshot = purpose == Purpose.SNAPSHOT ? snapshots() : !clones();
    return calls.call(
        service,
        "CreateReplica",
        watch,
        Cim.text("ElementName", label),
        Cim.reference("SourceElement", source),
        Cim.uint16("CopyType", snapshot ? ASSOCIATED : INDEPENDENT));
  }

  @Override
  public void detach(CIMObjectPath target, JobWatch watch) throws CimFault {
    Optional<CIMInstance> relation = relations.awaitWhole(target, watch);
    if (relation.isPresent() && clones()) {
      modify(DETACH, relation.get(), watch);
    }
  }

  private void modify(int operation, CIMInstance relation, JobWatch watch) throws CimFault {
    calls.call(
        service,
        "ModifySynchronization",
        watch,
        Cim.uint16("Operation", operation),
        Cim.reference("Synchronization", Synchronizations.path(relation)));
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
    if (relation.isPresent()) {
      modify(DETACH, relation.get(), watch);
    }
    return false;
  }
}
