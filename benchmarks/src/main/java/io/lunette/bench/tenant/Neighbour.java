/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;

/** What goes on beside the tenant, again and again. */
interface Neighbour {

  /** What people call it. */
  String label();

  /** Gets ready while the tenant rests. */
  void prepare() throws IOException, VolumeException, BlockException;

  /** Begins. */
  Turn begin() throws IOException, VolumeException;

  /** One that has begun. */
  interface Turn {

    boolean isOver();

    /** How much it has zeroed so far, at least. */
    long bytes();

    /** Waits until it is over. */
    void await() throws IOException;
  }
}
