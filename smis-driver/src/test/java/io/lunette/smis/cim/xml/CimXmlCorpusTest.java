/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Replays what fuzzing has kept, and some thousand mutants of it. {@code bin/fuzz CimXmlFuzz}
 * fuzzes longer, with Jazzer.
 */
class CimXmlCorpusTest {

  private static final int MUTANTS = 5_000;
  private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz", "CimXmlFuzz");

  private static List<String> corpus() throws Exception {
    List<String> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(CORPUS)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readString(file, StandardCharsets.UTF_8));
      }
    }
    return inputs;
  }

  private static void run(String input) {
    try {
      CimXmlFuzz.fuzzerTestOneInput(input.getBytes(StandardCharsets.UTF_8));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(input, e);
    }
  }

  @Test
  void whatWasKeptIsHandled() throws Exception {
    assertThat(corpus()).isNotEmpty();
    corpus().forEach(CimXmlCorpusTest::run);
  }

  @Test
  void mutantsOfItAreHandled() throws Exception {
    List<String> corpus = corpus();
    for (int seed = 0; seed < MUTANTS; seed++) {
      run(mutant(corpus, new Random(seed)));
    }
  }

  /** Moves, doubles and drops whole tags, which a change of single bytes seldom does. */
  private static String mutant(List<String> corpus, Random random) {
    List<String> pieces =
        new ArrayList<>(
            Arrays.asList(corpus.get(random.nextInt(corpus.size())).split("(?=<)|(?<=>)")));
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(pieces.size());
      int other = random.nextInt(pieces.size());
      switch (random.nextInt(4)) {
        case 0 -> pieces.add(at, pieces.get(other));
        case 1 -> pieces.set(at, pieces.get(other));
        case 2 -> pieces.set(at, "");
        default -> pieces.set(at, pieces.get(at).replaceAll("\"[^\"]*\"", "\"\""));
      }
    }
    return String.join("", pieces);
  }
}
