/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.PageCache;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads that find nothing of any of the files in the page cache. What the engine has in its own
 * memory of the map stays there, as in a volume that is in use.
 *
 * @param files all of which are forgotten, whichever of them is read
 */
record ColdReads(List<Path> files) {

  /** A superblock or a page of the journal may come back before anybody looks. */
  private static final long KEPT_MAX = 64 << 10;

  /** Nanoseconds; empty if the kernel keeps the files whatever it is asked. */
  OptionalLong run(Load load, BlockDevice device) throws BlockException, IOException {
    long kept = 0;
    for (Path file : files) {
      PageCache.forget(file);
    }
    for (Path file : files) {
      kept += PageCache.keptBytes(file);
    }
    return kept > KEPT_MAX ? OptionalLong.empty() : OptionalLong.of(load.run(device));
  }
}
