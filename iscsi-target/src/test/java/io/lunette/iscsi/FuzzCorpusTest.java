/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.login.LoginTextFuzz;
import io.lunette.iscsi.pdu.PduDecoderFuzz;
import io.lunette.scsi.command.CdbFuzz;
import io.lunette.scsi.command.ParameterListFuzz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replays what fuzzing has kept, and some thousand mutants of it. {@code bin/fuzz} fuzzes longer,
 * with Jazzer.
 */
class FuzzCorpusTest {

  private static final int MUTANTS = 1_500;
  private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz");

  /** Each with a directory of its name. */
  enum Target {
    PDU_DECODER("PduDecoderFuzz", PduDecoderFuzz::fuzzerTestOneInput),
    LOGIN_TEXT("LoginTextFuzz", LoginTextFuzz::fuzzerTestOneInput),
    CDB("CdbFuzz", CdbFuzz::fuzzerTestOneInput),
    PARAMETER_LIST("ParameterListFuzz", ParameterListFuzz::fuzzerTestOneInput);

    final String directory;
    final Consumer<byte[]> run;

    Target(String directory, Consumer<byte[]> run) {
      this.directory = directory;
      this.run = run;
    }

    List<byte[]> corpus() throws Exception {
      List<byte[]> inputs = new ArrayList<>();
      try (Stream<Path> files = Files.list(CORPUS.resolve(directory))) {
        for (Path file : files.sorted().toList()) {
          inputs.add(Files.readAllBytes(file));
        }
      }
      return inputs;
    }
  }

  private static void run(Target target, byte[] input) {
    try {
      target.run.accept(input);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(target.directory + ": " + HexFormat.of().formatHex(input), e);
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void whatWasKeptIsHandled(Target target) throws Exception {
    List<byte[]> corpus = target.corpus();
    assertThat(corpus).isNotEmpty();
    corpus.forEach(input -> run(target, input));
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void mutantsOfItAreHandled(Target target) throws Exception {
    List<byte[]> corpus = target.corpus();
    for (int seed = 0; seed < MUTANTS; seed++) {
      run(target, mutant(corpus, new Random(seed)));
    }
  }

  private static byte[] mutant(List<byte[]> corpus, Random random) {
    byte[] bytes = corpus.get(random.nextInt(corpus.size())).clone();
    if (random.nextInt(4) == 0) {
      byte[] other = corpus.get(random.nextInt(corpus.size()));
      int keep = random.nextInt(bytes.length + 1);
      byte[] joined = Arrays.copyOf(bytes, keep + other.length);
      System.arraycopy(other, 0, joined, keep, other.length);
      bytes = joined;
    }
    for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0 : 0xFF);
        default -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 40));
      }
    }
    return bytes;
  }
}
