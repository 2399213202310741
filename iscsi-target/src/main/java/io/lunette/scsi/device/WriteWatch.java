/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/** Who wants to know what of a unit is about to change. Thread-safe; does not block. */
public interface WriteWatch {

  /** These bytes are about to be written, zeroed or discarded; nothing of it has happened yet. */
  void changes(long offsetBytes, long lengthBytes);
}
