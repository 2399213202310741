/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories that hold what is worked on. */
public final class ScratchTree {

  private ScratchTree() {}

  /** Removes a directory and all in it, following no links; one that is not there is fine. */
  public static void remove(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
