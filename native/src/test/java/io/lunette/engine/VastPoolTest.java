/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 100 TiB of volumes, 3 TiB of them mapped, open in seconds and live in a heap of 256 MiB
 * (invariant I7).
 */
class VastPoolTest {

  /** "In seconds", with room for a machine that does much else. */
  private static final long OPENING_MILLIS = 30_000;

  @TempDir Path directory;

  @Test
  void aPoolOfAHundredTebibytesWorksInASmallHeapAndComesBackFromACrash() throws Exception {
    assertThat(VastPool.CLONES * VastPool.IMAGE_BYTES + VastPool.IMAGE_BYTES)
        .isGreaterThan(100L << 40);
    Path pool = directory.resolve("pool");
    VastPool.write(pool);
    live("write", pool);
    live("verify", pool);
  }

  private void live(String part, Path pool) throws Exception {
    Path log = directory.resolve(part + ".log");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-Xmx256m");
    words.add("-XX:+ExitOnOutOfMemoryError");
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(VastPoolLife.class.getName(), part, pool.toString()));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(part + " ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log);
    System.out.println("vast pool, " + part + ": " + said.strip());
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(openMillis(said)).isLessThan(OPENING_MILLIS);
  }

  private static long openMillis(String said) {
    Matcher found = Pattern.compile("opened in (\\d+) ms").matcher(said);
    assertThat(found.find()).as(said).isTrue();
    return Long.parseLong(found.group(1));
  }
}
