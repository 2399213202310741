/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;

/** Opens a LUN of a foreign target: the way to the data of a volume on an array. Thread-safe. */
@FunctionalInterface
public interface LunConnector {

  /**
   * Logs in and opens the unit that the mapping names.
   *
   * @param self who logs in
   * @return the unit; closing it logs out
   * @throws VolumeException IO if the target does not answer or does not show it
   */
  BlockDevice connect(LunMapping mapping, InitiatorName self) throws VolumeException;
}
