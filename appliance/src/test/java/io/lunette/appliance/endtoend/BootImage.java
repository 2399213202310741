/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The small Linux of {@code bin/boot-image}. The script keeps what it has built under {@code
 * target}, so only the first build of a checkout fetches packages.
 */
final class BootImage {

  private static final Path SCRIPT = Path.of("..", "bin", "boot-image");

  private BootImage() {}

  /** Puts it into that file. */
  static void build(Path file) throws Exception {
    Path log = file.resolveSibling("boot-image.log");
    int status =
        new ProcessBuilder("timeout", "-k", "5", "600", SCRIPT.toString(), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(log)).isZero();
  }
}
