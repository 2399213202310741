/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.InitiatorName;
import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** The initiators that an array knows (CIM_StorageHardwareID). Thread-safe. */
final class HardwareIds {

  /** IDType. */
  private static final int ISCSI_NAME = 5;

  /** Of CreateStorageHardwareID alone: not a job. */
  private static final int EXISTS_ALREADY = 4096;

  private final CimSession session;
  private final ArrayModel model;

  HardwareIds(CimSession session, ArrayModel model) {
    this.session = session;
    this.model = model;
  }

  /** All of them. */
  List<CIMInstance> all() throws CimFault {
    return session.enumerateKnown(model.namespace(), "CIM_StorageHardwareID", "StorageID");
  }

  private Optional<CIMInstance> find(InitiatorName initiator) throws CimFault {
    return all().stream()
        .filter(each -> Cim.text(each, "StorageID").filter(id -> same(id, initiator)).isPresent())
        .findFirst();
  }

  static boolean same(String storageId, InitiatorName initiator) {
    return storageId.equalsIgnoreCase(initiator.value());
  }

  /** Makes an initiator known; empty if the array knows initiators without that. */
  Optional<CIMObjectPath> ensure(InitiatorName initiator) throws CimFault {
    Optional<CIMObjectPath> there = find(initiator).map(each -> Cim.local(each.getObjectPath()));
    if (there.isPresent() || model.hardwareIds().isEmpty()) {
      return there;
    }
    MethodResult result =
        session.invoke(
            ArrayModel.path(model.hardwareIds().get()),
            "CreateStorageHardwareID",
            List.of(
                Cim.text("ElementName", initiator.value()),
                Cim.text("StorageID", initiator.value()),
                Cim.uint16("IDType", ISCSI_NAME)));
    if (result.code() != ReturnCodes.COMPLETED && result.code() != EXISTS_ALREADY) {
      throw result.refused();
    }
    Optional<CIMObjectPath> made =
        result.reference("HardwareID").map(each -> Cim.in(model.namespace(), each));
    return made.isPresent() ? made : find(initiator).map(each -> Cim.local(each.getObjectPath()));
  }
}
