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

  /**
   * An initiator that the array knows.
   *
   * @param path where it is
   * @param storageId its name as the array spells it, which masking methods take
   */
  record HardwareId(CIMObjectPath path, String storageId) {}

  private Optional<HardwareId> find(InitiatorName initiator) throws CimFault {
    for (CIMInstance each : all()) {
      Optional<String> id = Cim.text(each, "StorageID");
      if (id.isPresent() && same(id.get(), initiator)) {
        return Optional.of(
            new HardwareId(Cim.in(model.namespace(), each.getObjectPath()), id.get()));
      }
    }
    return Optional.empty();
  }

  static boolean same(String storageId, InitiatorName initiator) {
    return storageId.equalsIgnoreCase(initiator.value());
  }

  /** Makes an initiator known; empty if the array knows initiators without that. */
  Optional<HardwareId> ensure(InitiatorName initiator) throws CimFault {
    Optional<HardwareId> there = find(initiator);
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
    Optional<HardwareId> made = find(initiator);
    return made.isPresent()
        ? made
        : result
            .reference("HardwareID")
            .map(each -> new HardwareId(Cim.in(model.namespace(), each), initiator.value()));
  }
}
