/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What was measured on. */
final class Machine {

  private Machine() {}

  /** A line each: processors, memory, kernel, Java, foreign tools, load before the run. */
  static List<String> describe() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(
        Runtime.getRuntime().availableProcessors()
            + " processors ("
            + field("/proc/cpuinfo", "model name")
            + "), memory "
            + field("/proc/meminfo", "MemTotal"));
    lines.add("Linux " + System.getProperty("os.version"));
    lines.add("Java " + Runtime.version());
    lines.add("libiscsi " + packageVersion("libiscsi7") + ", the initiator of every row");
    for (String each : List.of("qemu-utils", "xfsprogs", "btrfs-progs", "nwipe", "coreutils")) {
      lines.add(each + " " + packageVersion(each));
    }
    return lines;
  }

  /** How busy it is: of the last minute, five, and fifteen. */
  static String load() throws IOException {
    return String.join(
        " ", List.of(Files.readString(Path.of("/proc/loadavg")).split(" ")).subList(0, 3));
  }

  private static String field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }

  private static String packageVersion(String name) {
    try {
      return Tool.run("dpkg-query", "-W", "-f", "${Version}", name).strip();
    } catch (IOException e) {
      return "of unknown version";
    }
  }
}
