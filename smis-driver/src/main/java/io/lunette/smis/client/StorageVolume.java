/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * CIM_StorageVolume as it is read.
 *
 * @param path where it is
 * @param deviceId by which it is found again
 * @param name its SCSI identifier, as the array spells it: what masking methods take as LUName
 * @param label its ElementName
 * @param sizeBytes what an initiator sees
 * @param blockBytes of a logical block
 * @param thin whether space is dealt on first write
 */
record StorageVolume(
    CIMObjectPath path,
    String deviceId,
    String name,
    String label,
    long sizeBytes,
    int blockBytes,
    boolean thin) {

  private static final int BLOCK = 512;

  static StorageVolume of(CIMInstance volume) {
    long block = Cim.number(volume, "BlockSize").orElse(BLOCK);
    long blocks = Cim.number(volume, "NumberOfBlocks").orElse(0);
    return new StorageVolume(
        Cim.local(volume.getObjectPath()),
        Cim.text(volume, "DeviceID")
            .or(() -> Cim.key(volume.getObjectPath(), "DeviceID"))
            .orElse(""),
        Cim.text(volume, "Name").orElse(""),
        Cim.text(volume, "ElementName").orElse(""),
        Math.multiplyExact(block, blocks),
        (int) block,
        Cim.flag(volume, "ThinlyProvisioned", false));
  }
}
