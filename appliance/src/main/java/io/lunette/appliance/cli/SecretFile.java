/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.Home;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A file that holds one secret, with or without a newline behind it. */
final class SecretFile {

  private static final long BYTES_MAX = 4096;

  private final Session session;

  SecretFile(Session session) {
    this.session = session;
  }

  /** The secret; warns if others than the owner can read it. */
  String read(Path file) throws CommandFailure {
    try {
      if (Files.isDirectory(file)) {
        throw new CommandFailure("secret file " + file + " is a directory");
      }
      if (Files.size(file) > BYTES_MAX) {
        throw new CommandFailure("secret file " + file + " is larger than " + BYTES_MAX + " bytes");
      }
      String secret = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
      if (secret.isEmpty()) {
        throw new CommandFailure("secret file " + file + " is empty");
      }
      warnIfOpen(file);
      return secret;
    } catch (CharacterCodingException e) {
      throw new CommandFailure("secret file " + file + " is not text in UTF-8", e);
    } catch (IOException e) {
      throw new CommandFailure("cannot read secret file " + file + ": " + Home.reason(e), e);
    }
  }

  private void warnIfOpen(Path file) throws IOException {
    Set<PosixFilePermission> open = Files.getPosixFilePermissions(file);
    if (open.contains(PosixFilePermission.OTHERS_READ)) {
      session
          .err()
          .println("lunette: warning: secret file " + file + " is world-readable; chmod 600 it");
    }
  }
}
