/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A machine that QEMU emulates: BIOS, serial console, and what the options add. It ends when its
 * guest powers off, when nothing boots, and after a bound that only a hang reaches. For one thread.
 */
final class Machine implements AutoCloseable {

  private static final Pattern VIRTUALIZATION = Pattern.compile("\\b(vmx|svm)\\b");
  private static final String BOUND_SECONDS = "600";

  private final Process process;
  private final InputStream console;
  private final StringBuilder said = new StringBuilder();
  private int heard;

  private Machine(Process process) {
    this.process = process;
    this.console = process.getInputStream();
  }

  static Machine start(List<String> options) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("timeout", "-k", "5", BOUND_SECONDS, "qemu-system-x86_64"));
    words.addAll(List.of("-machine", "pc,graphics=off", "-accel", accelerator(), "-m", "256"));
    words.addAll(List.of("-nodefaults", "-display", "none", "-serial", "stdio"));
    words.addAll(List.of("-boot", "strict=on,reboot-timeout=0", "-no-reboot"));
    words.addAll(options);
    return new Machine(
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start());
  }

  /** A {@code /dev/kvm} without either can make a machine, but not run its BIOS. */
  private static String accelerator() throws IOException {
    boolean virtualization =
        VIRTUALIZATION.matcher(Files.readString(Path.of("/proc/cpuinfo"))).find();
    return virtualization && Files.isWritable(Path.of("/dev/kvm")) ? "kvm" : "tcg";
  }

  /** Waits until the console, or QEMU itself, says that after what was last waited for. */
  MatchResult hear(Pattern wanted) throws IOException {
    Matcher matcher = wanted.matcher(said.toString());
    while (!matcher.find(heard)) {
      if (!read()) {
        throw new AssertionError("ended without '" + wanted + "':\n" + said);
      }
      matcher = wanted.matcher(said.toString());
    }
    heard = matcher.end();
    return matcher.toMatchResult();
  }

  /** Leaves out what was said until now. */
  void skip() throws IOException {
    boolean more = true;
    while (more) {
      more = console.available() > 0 && read();
    }
    heard = said.length();
  }

  /** Waits for its end and returns all that was said. */
  String finish() throws Exception {
    boolean more = read();
    while (more) {
      more = read();
    }
    process.waitFor();
    return said.toString();
  }

  private boolean read() throws IOException {
    byte[] some = new byte[8192];
    int count = console.read(some);
    if (count > 0) {
      said.append(new String(some, 0, count, StandardCharsets.ISO_8859_1));
    }
    return count > 0;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
