/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * What {@link Discovery} found of an array: where its objects live and which services it has. A
 * value of one moment; services do not change while an array runs.
 *
 * @param interop the interop namespace
 * @param namespace where the array's objects live
 * @param system its top-level computer system
 * @param systemName its Name, which all that belongs to it has as SystemName
 * @param label its ElementName
 * @param profiles registered profiles with their versions
 * @param configuration StorageConfigurationService
 * @param replication ReplicationService
 * @param masking ControllerConfigurationService
 * @param grouping GroupMaskingMappingService
 * @param hardwareIds StorageHardwareIDManagementService
 * @param erasure StorageErasureService
 */
record ArrayModel(
    String interop,
    String namespace,
    CIMObjectPath system,
    String systemName,
    String label,
    List<String> profiles,
    CIMObjectPath configuration,
    Optional<CIMInstance> replication,
    Optional<CIMInstance> masking,
    Optional<CIMInstance> grouping,
    Optional<CIMInstance> hardwareIds,
    Optional<CIMInstance> erasure) {

  /** Path of a service. */
  static CIMObjectPath path(CIMInstance service) {
    return Cim.local(service.getObjectPath());
  }
}
