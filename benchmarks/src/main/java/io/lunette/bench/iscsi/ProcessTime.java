/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The processor time of a process and all its threads, from {@code /proc/PID/stat} (proc(5): fields
 * 14 and 15, in units of 1/100 s on Linux, whatever the processor).
 *
 * @param pid whose
 */
record ProcessTime(long pid) {

  private static final long NANOS_PER_TICK = TimeUnit.MILLISECONDS.toNanos(10);

  /** utime is the fourteenth field, and the second ends with the last parenthesis. */
  private static final int USER_TICKS = 14 - 3;

  /** Used so far, user and system. */
  long nanos() throws IOException {
    return nanosOf(Files.readString(Path.of("/proc/" + pid + "/stat")));
  }

  static long nanosOf(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1]);
    return ticks * NANOS_PER_TICK;
  }
}
