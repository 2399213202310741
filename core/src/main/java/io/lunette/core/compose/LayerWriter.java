/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;

/** Makes a layer of the one below: writes what differs to a clone of that. */
@FunctionalInterface
public interface LayerWriter {

  /** Writes to the clone; the caller makes it durable and closes it. */
  void write(BlockDevice layer) throws DomainException;
}
