/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * When replicas are asked for.
 *
 * @param name where it is from
 * @param micros times, in order
 */
record Demand(String name, long[] micros) {

  private static final double MICROS = 1e6;

  /**
   * Reads a trace: a time in seconds on each line, or as the first field of it before a comma;
   * lines that begin with a hash and empty ones are passed over.
   *
   * @throws IOException if the file cannot be read, or a line is no time; it names the line
   */
  static Demand read(Path file) throws IOException {
    long[] times = new long[16];
    int count = 0;
    int line = 0;
    for (String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      line++;
      String field = text.split(",", 2)[0].strip();
      if (field.isEmpty() || field.startsWith("#")) {
        continue;
      }
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      times[count++] = time(file, line, field);
    }
    if (count == 0) {
      throw new IOException(file + ": there is no time in it");
    }
    long[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    return new Demand(file.getFileName().toString(), sorted);
  }

  private static long time(Path file, int line, String field) throws IOException {
    try {
      double seconds = Double.parseDouble(field);
      if (seconds >= 0 && seconds < Long.MAX_VALUE / MICROS) {
        return Math.round(seconds * MICROS);
      }
    } catch (NumberFormatException e) {
      throw new IOException(unreadable(file, line, field), e);
    }
    throw new IOException(unreadable(file, line, field));
  }

  private static String unreadable(Path file, int line, String field) {
    return file + " line " + line + ": '" + field + "' is not a time in seconds";
  }
}
