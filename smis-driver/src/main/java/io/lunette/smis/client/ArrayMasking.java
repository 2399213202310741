/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import java.util.List;
import java.util.OptionalInt;

/** How an array is told who sees what; the views are read the same way for all. */
interface ArrayMasking {

  /** For people. */
  String describe();

  /**
   * Shows a volume that this initiator does not see yet.
   *
   * @param views all that there are
   */
  void show(
      StorageVolume volume,
      InitiatorName initiator,
      AccessMode mode,
      OptionalInt lun,
      List<MaskingView> views)
      throws CimFault;

  /** Whether a client may say under which number a volume is shown. */
  boolean takesNumbers();

  /** Takes a volume out of a view. */
  void hide(StorageVolume volume, MaskingView view) throws CimFault;
}
