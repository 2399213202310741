/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The small Linuxes of {@code bin}. The scripts keep what they have built under {@code target}, so
 * only the first build of a checkout fetches packages.
 */
final class GuestImage {

  private static final Path SCRIPTS = Path.of("..", "bin");

  private GuestImage() {}

  /** A disk that boots, as that file. */
  static void boot(Path file) throws Exception {
    run("boot-image", file);
  }

  /** Kernel and initramfs of an initiator, in that directory. */
  static void initiator(Path directory) throws Exception {
    run("initiator-image", directory);
  }

  private static void run(String script, Path into) throws Exception {
    Path log = into.resolveSibling(script + ".log");
    int status =
        new ProcessBuilder(
                "timeout", "-k", "5", "600", SCRIPTS.resolve(script).toString(), into.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(log)).isZero();
  }
}
