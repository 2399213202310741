/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** A file with one password or secret, with or without a newline behind it. */
final class PrivateFile {

  private static final long BYTES_MAX = 4096;

  private PrivateFile() {}

  /**
   * What the file holds.
   *
   * @param kind what the operator knows it as
   * @throws ApplianceException if everybody can read it, or nobody
   */
  static String read(String kind, Path file) throws ApplianceException {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new ApplianceException(kind + " " + file + " is world-readable; chmod 600 it");
      }
      if (Files.size(file) > BYTES_MAX) {
        throw new ApplianceException(kind + " " + file + " is larger than " + BYTES_MAX + " bytes");
      }
      return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new ApplianceException("cannot read " + kind + " " + file + ": " + Home.reason(e), e);
    }
  }
}
