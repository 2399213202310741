/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * A masking view (CIM_SCSIProtocolController): these initiators see these units by these ports.
 *
 * @param path where it is
 * @param initiators their StorageIDs, in lower case
 * @param units what they see
 * @param ports identities of the endpoints by which they see it; none if all
 * @param deviceGroup of group masking
 * @param initiatorGroup of group masking
 */
record MaskingView(
    CIMObjectPath path,
    Set<String> initiators,
    List<Unit> units,
    Set<String> ports,
    Optional<CIMObjectPath> deviceGroup,
    Optional<CIMObjectPath> initiatorGroup) {

  /**
   * One unit in a view.
   *
   * @param volume the volume
   * @param lun its number, if the array says it
   * @param mode how it may be used
   */
  record Unit(CIMObjectPath volume, OptionalInt lun, AccessMode mode) {}

  /** Whether that initiator, and no other, has this view. */
  boolean isOnlyOf(InitiatorName initiator) {
    return initiators.equals(Set.of(initiator.value()));
  }

  boolean isOf(InitiatorName initiator) {
    return initiators.contains(initiator.value());
  }

  Optional<Unit> unit(CIMObjectPath volume) {
    return units.stream().filter(each -> Cim.same(each.volume(), volume)).findFirst();
  }
}
