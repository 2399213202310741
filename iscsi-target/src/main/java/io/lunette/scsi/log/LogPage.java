/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.log;

import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.SortedMap;

/** A log page in the form of parameters: code and value of each (SPC-4 §7.3.2). */
interface LogPage {

  /** Page code. */
  int code();

  /** Whether this unit has it. */
  default boolean isOf(LogicalUnit unit) {
    return true;
  }

  /** The values by parameter code; each from position to limit. */
  SortedMap<Integer, ByteBuffer> parameters(LogicalUnit unit);
}
