/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A qcow2 file over a raw one, with clusters of 64 KiB.
 *
 * @param base what shows through
 * @param file the overlay
 */
record QcowOverlay(Path base, Path file) {

  /** Makes it, in place of one that is there. */
  void create() throws IOException {
    delete();
    Tool.exec("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "" + base, "" + file);
  }

  void delete() throws IOException {
    boolean ignored = Files.deleteIfExists(file);
  }
}
