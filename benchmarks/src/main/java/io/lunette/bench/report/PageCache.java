/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.io.IOException;
import java.nio.file.Path;

/** What the kernel keeps of files. */
public final class PageCache {

  private PageCache() {}

  /** Has the kernel write back and forget what it keeps of a file; one on tmpfs stays. */
  public static void forget(Path file) throws IOException {
    Tool.exec(
        "dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
  }

  /** Whether {@link #keptBytes} can tell; its program is in Debian's util-linux-extra. */
  public static boolean canBeSeen() {
    return Tool.isInstalled("fincore", "--version");
  }

  /** Bytes of a file that are in memory, by mincore(2). */
  public static long keptBytes(Path file) throws IOException {
    String said = Tool.run("fincore", "--bytes", "--noheadings", "--output", "RES", "" + file);
    return Long.parseLong(said.strip());
  }
}
