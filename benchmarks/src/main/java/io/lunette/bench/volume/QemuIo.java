/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes to a qcow2 overlay wherever they are to go, by {@code qemu-io} and a script.
 *
 * <p>Only {@code write}, one after the other. An {@code aio_write} returns when it is under way,
 * and all that a script can wait for is that none is any more: that is no depth that is kept.
 */
final class QemuIo {

  /** Bytes, operations, time, bytes a second, operations a second: of one write. */
  private static final Pattern WRITTEN =
      Pattern.compile("\\d+,1,[\\d:.]+,[^,\\s]+,([\\d.]+|inf)\\s");

  private QemuIo() {}

  static boolean isInstalled() {
    return Tool.isInstalled("qemu-io", "--version");
  }

  /**
   * Nanoseconds of writes to a new overlay, one at a time: the sum of what {@code qemu-io} says of
   * each. That is the write to the block layer and nothing else: not the start of the program, nor
   * its reading of the script, filling of a buffer and reporting, nor the metadata and the flush
   * when it closes the overlay.
   */
  static long firstWrites(QcowOverlay overlay, int bytes, long[] offsets) throws IOException {
    Path script = overlay.file().resolveSibling("script");
    List<String> writes = new ArrayList<>();
    for (long offset : offsets) {
      writes.add("write -C " + offset + " " + bytes);
    }
    Path ignored = Files.write(script, writes);
    overlay.create();
    String said =
        Tool.runOn(script, "qemu-io", "-t", "writeback", "-f", "qcow2", "" + overlay.file());
    overlay.delete();
    Files.delete(script);
    return nanos(said, offsets.length);
  }

  static long nanos(String said, int writes) throws IOException {
    Matcher written = WRITTEN.matcher(said);
    double seconds = 0;
    int count = 0;
    while (written.find()) {
      seconds += 1 / Double.parseDouble(written.group(1).replace("inf", "Infinity"));
      count++;
    }
    if (count != writes) {
      throw new IOException("qemu-io told of " + count + " writes of " + writes + ": " + said);
    }
    return (long) (seconds * 1e9);
  }
}
