/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * What an array's methods for copies are called and how they number things. There are two
 * generations: CIM_ReplicationService (SMI-S 1.5 and later, Replication Services), and before it
 * methods of CIM_StorageConfigurationService (Copy Services).
 *
 * @param description for people
 * @param service whose methods they are
 * @param create the method that copies
 * @param typeParameter its parameter for the type of a copy
 * @param snapshotType of a copy that shares what was not written since; empty if there is none
 * @param cloneType of a full copy; empty if there is none
 * @param whole argument by which the method, or its job, ends only when the copy is whole
 * @param pool argument that says where a copy is made
 * @param modify the method that changes the relation between source and copy
 * @param detach operation that makes a copy independent
 * @param restore operation that sets the source back to a snapshot
 * @param returnToPool operation that deletes a snapshot with its relation
 */
record CopyMethods(
    String description,
    CIMObjectPath service,
    String create,
    String typeParameter,
    OptionalInt snapshotType,
    OptionalInt cloneType,
    Optional<CIMArgument<?>> whole,
    CIMArgument<?> pool,
    String modify,
    int detach,
    int restore,
    OptionalInt returnToPool) {

  private static final OptionalInt NONE = OptionalInt.empty();

  /** SupportedReplicationTypes. */
  private static final List<Integer> LOCAL_SNAPSHOTS = List.of(6, 7);

  private static final List<Integer> LOCAL_CLONES = List.of(10, 11);

  /** WaitForCopyState. */
  private static final int SYNCHRONIZED = 4;

  /** CopyType. */
  private static final int ASYNC = 2;

  private static final int SYNC = 3;
  private static final int ASSOCIATED = 4;
  private static final int INDEPENDENT = 5;

  /** SupportedSynchronizationType, which numbers the same otherwise. */
  private static final int FULL_SNAPSHOT = 4;

  private static final int DELTA_SNAPSHOT = 5;
  private static final int FULL_COPY = 6;

  /** SupportedSynchronousActions and SupportedAsynchronousActions. */
  private static final int REPLICA_CREATION = 8;

  /** Methods of the array's Replication service; one that does not say what it can do can all. */
  static CopyMethods replication(CimSession session, CIMObjectPath service, CIMObjectPath pool)
      throws CimFault {
    List<Integer> types =
        Discovery.capabilities(session, service, "CIM_ReplicationServiceCapabilities").stream()
            .flatMap(each -> Cim.numbers(each, "SupportedReplicationTypes").stream())
            .toList();
    return new CopyMethods(
        "ReplicationService",
        service,
        "CreateElementReplica",
        "SyncType",
        offered(types, LOCAL_SNAPSHOTS, 7),
        offered(types, LOCAL_CLONES, 8),
        Optional.of(Cim.uint16("WaitForCopyState", SYNCHRONIZED)),
        Cim.reference("TargetPool", pool),
        "ModifyReplicaSynchronization",
        8,
        15,
        OptionalInt.of(19));
  }

  private static OptionalInt offered(List<Integer> types, List<Integer> these, int syncType) {
    boolean is = types.isEmpty() || types.stream().anyMatch(these::contains);
    return is ? OptionalInt.of(syncType) : NONE;
  }

  /** The older methods, as far as the array says in one of three places that it has them. */
  static CopyMethods legacy(CimSession session, ArrayModel model, CIMObjectPath pool)
      throws CimFault {
    List<Integer> types = copyTypes(session, model.namespace());
    OptionalInt clone =
        List.of(INDEPENDENT, SYNC, ASYNC).stream()
            .filter(types::contains)
            .mapToInt(each -> each)
            .findFirst();
    OptionalInt snapshot = types.contains(ASSOCIATED) ? OptionalInt.of(ASSOCIATED) : NONE;
    return new CopyMethods(
        types.isEmpty() ? "none" : "Copy Services",
        model.configuration(),
        "CreateReplica",
        "CopyType",
        snapshot,
        clone,
        Optional.empty(),
        Cim.reference("TargetPool", pool),
        "ModifySynchronization",
        2,
        5,
        NONE);
  }

  private static List<Integer> copyTypes(CimSession session, String namespace) throws CimFault {
    List<Integer> types = new ArrayList<>();
    boolean replicates = false;
    for (CIMInstance each :
        session.enumerateKnown(namespace, "CIM_StorageConfigurationCapabilities")) {
      types.addAll(Cim.numbers(each, "SupportedCopyTypes"));
      replicates |=
          Cim.numbers(each, "SupportedSynchronousActions").contains(REPLICA_CREATION)
              || Cim.numbers(each, "SupportedAsynchronousActions").contains(REPLICA_CREATION);
    }
    for (CIMInstance each :
        session.enumerateKnown(namespace, "CIM_StorageReplicationCapabilities")) {
      switch ((int) Cim.number(each, "SupportedSynchronizationType").orElse(0)) {
        case ASYNC -> types.add(ASYNC);
        case SYNC -> types.add(SYNC);
        case FULL_SNAPSHOT, DELTA_SNAPSHOT -> types.add(ASSOCIATED);
        case FULL_COPY -> types.add(INDEPENDENT);
        default -> {
          // A type of the vendor's own.
        }
      }
    }
    return types.isEmpty() && replicates ? List.of(ASSOCIATED, INDEPENDENT) : types;
  }
}
