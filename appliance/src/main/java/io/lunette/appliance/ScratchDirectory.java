/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.compose.ScratchTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory for files that no restart needs. */
final class ScratchDirectory {

  private ScratchDirectory() {}

  /**
   * Makes it if it is not there, for its owner alone, since content of volumes passes through it,
   * and removes all that is in it.
   */
  static void empty(Path directory) throws ApplianceException {
    try {
      Files.createDirectories(directory);
      var unused =
          Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          ScratchTree.remove(file);
        }
      }
    } catch (IOException e) {
      throw new ApplianceException("cannot empty " + directory + ": " + Home.reason(e), e);
    }
  }
}
