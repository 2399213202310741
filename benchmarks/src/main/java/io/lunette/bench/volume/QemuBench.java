/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** QEMU's own load on a qcow2 overlay, which goes in ascending order only. */
final class QemuBench {

  private static final Pattern TAKEN = Pattern.compile("Run completed in ([0-9.]+) seconds");

  private QemuBench() {}

  static boolean isInstalled() {
    return Tool.isInstalled("qemu-img", "--version");
  }

  /** Nanoseconds of writes at a distance to a new overlay, one at a time. */
  static long firstWrites(QcowOverlay overlay, int bytes, int stride, int count)
      throws IOException {
    overlay.create();
    String said =
        Tool.run(
            "qemu-img",
            "bench",
            "-w",
            "-t",
            "writeback",
            "-f",
            "qcow2",
            "-d",
            "1",
            "-c",
            "" + count,
            "-s",
            "" + bytes,
            "-S",
            "" + stride,
            "" + overlay.file());
    overlay.delete();
    Matcher taken = TAKEN.matcher(said);
    if (!taken.find()) {
      throw new IOException("qemu-img bench said something else: " + said.strip());
    }
    return (long) (Double.parseDouble(taken.group(1)) * 1e9);
  }
}
