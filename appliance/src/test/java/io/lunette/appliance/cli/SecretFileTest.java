/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {

  @TempDir Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void aShortSecretAndADirectoryGiveOneLineAndNoPool() throws Exception {
    Path secret = directory.resolve("secret");
    Files.writeString(secret, "short");
    secret.toFile().setReadable(false, false);
    secret.toFile().setReadable(true, true);

    assertThat(target(secret)).isEqualTo(1);
    assertThat(target(directory)).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly(
            "lunette: " + secret + ": the CHAP secret has 5 bytes: use 12 to 255",
            "lunette: secret file " + directory + " is a directory");
    assertThat(directory.resolve("pool")).doesNotExist();
  }

  private int target(Path secret) {
    return Lunette.run(
        Map.of(),
        new PrintWriter(new StringWriter(), true),
        new PrintWriter(err, true),
        "target",
        "--file",
        directory.resolve("pool").toString(),
        "--size",
        "1M",
        "--portal",
        "127.0.0.1:0",
        "--chap-user",
        "u",
        "--chap-secret-file",
        secret.toString());
  }
}
