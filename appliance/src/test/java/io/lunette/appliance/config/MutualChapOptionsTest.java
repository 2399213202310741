/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.appliance.ApplianceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutualChapOptionsTest {

  @TempDir Path directory;

  private MutualChapOptions with(String secret, String permissions) throws Exception {
    Path file = Files.writeString(directory.resolve("secret"), secret);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return new MutualChapOptions(Optional.of("array"), Optional.of(file));
  }

  @Test
  void nameAndSecretAreWhatTheTargetProves() throws Exception {
    var credentials = with("secret-of-array\n", "rw-------").credentials().orElseThrow();

    assertThat(credentials.user()).isEqualTo("array");
    assertThat(credentials.secret()).isEqualTo("secret-of-array".getBytes(StandardCharsets.UTF_8));
    assertThat(MutualChapOptions.NONE.credentials()).isEmpty();
  }

  @Test
  void halfOfThemAShortSecretAndOneThatEverybodyReadsAreRefused() throws Exception {
    MutualChapOptions half = new MutualChapOptions(Optional.of("array"), Optional.empty());
    assertThatThrownBy(half::credentials)
        .isInstanceOf(ApplianceException.class)
        .hasMessage("mutual CHAP needs a user and a secret file");
    assertThatThrownBy(with("short", "rw-------")::credentials)
        .isInstanceOf(ApplianceException.class)
        .hasMessageContaining("the CHAP secret has 5 bytes");
    assertThatThrownBy(with("secret-of-array", "rw-r--r--")::credentials)
        .isInstanceOf(ApplianceException.class)
        .hasMessageContaining("world-readable");
  }

  @Test
  void whatIsMissingComesFromTheOther() throws Exception {
    MutualChapOptions file = with("secret-of-array", "rw-------");
    MutualChapOptions said = new MutualChapOptions(Optional.of("said"), Optional.empty());

    assertThat(said.or(file).credentials().orElseThrow().user()).isEqualTo("said");
  }
}
