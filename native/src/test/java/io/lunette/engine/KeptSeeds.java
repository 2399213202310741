/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Seeds that once found a defect, from {@code crash-seeds.txt}: a line for each, with the kind of
 * test, the seed, and in a word what was found.
 */
final class KeptSeeds {

  private KeptSeeds() {}

  /** Those of a kind, {@code crash} or {@code error}. */
  static List<Long> of(String kind) throws IOException {
    try (InputStream list = KeptSeeds.class.getResourceAsStream("/crash-seeds.txt")) {
      String text = new String(list.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> line.startsWith(kind + " "))
          .map(line -> Long.valueOf(line.split(" ")[1]))
          .toList();
    }
  }
}
