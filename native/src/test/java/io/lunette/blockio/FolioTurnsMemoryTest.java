/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static io.lunette.blockio.FolioTurns.Way.PAST;
import static io.lunette.blockio.FolioTurns.Way.THROUGH;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who waits for a turn while there is no memory at all. */
class FolioTurnsMemoryTest {

  private final FolioTurns turns = new FolioTurns(4096);
  private volatile Object[] hog;
  private volatile boolean mayBegin;

  /** Prints how many turns were had; in a process of its own, whose memory it fills. */
  public static void main(String[] arguments) throws Exception {
    // First with memory: what is used for the first time takes some.
    new FolioTurnsMemoryTest().waitForTurn(false);
    new FolioTurnsMemoryTest().waitForTurn(true);
  }

  @Test
  void wantOfMemoryKeepsNobodyOutForEver() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:-UseTLAB",
                "-cp",
                System.getProperty("java.class.path"),
                FolioTurnsMemoryTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said.lines()).containsExactly("had", "had");
    assertThat(process.waitFor()).isZero();
  }

  private void waitForTurn(boolean isMemoryFull) throws InterruptedException {
    turns.begin(THROUGH, 0);
    Thread past = new Thread(this::takeTurn);
    past.start();
    if (isMemoryFull) {
      fillMemory();
    }
    mayBegin = true;
    awaitEndOrWait(past);
    hog = null;
    turns.end(THROUGH, 0);
    past.join();
    Thread next = new Thread(() -> turns.begin(THROUGH, 0));
    next.setDaemon(true);
    next.start();
    awaitEndOrWait(next);
    System.out.println(next.isAlive() ? "kept out" : "had");
  }

  private void takeTurn() {
    while (!mayBegin) {
      Thread.onSpinWait();
    }
    try {
      turns.begin(PAST, 0);
    } catch (OutOfMemoryError e) {
      return;
    }
    turns.end(PAST, 0);
  }

  private void fillMemory() {
    for (int length = 1 << 16; length > 0; length /= 2) {
      try {
        while (true) {
          Object[] more = new Object[length];
          more[0] = hog;
          hog = more;
        }
      } catch (OutOfMemoryError full) {
        // With ever smaller ones.
      }
    }
  }

  private static void awaitEndOrWait(Thread thread) {
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }
}
