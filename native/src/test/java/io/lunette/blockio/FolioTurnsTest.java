/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static io.lunette.blockio.FolioTurns.Way.PAST;
import static io.lunette.blockio.FolioTurns.Way.THROUGH;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.FolioTurns.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FolioTurnsTest {

  private static final long MIB = 1 << 20;

  private final FolioTurns turns = new FolioTurns(4096);

  @Test
  void writesOfOneWayGoTogether() {
    for (Way way : Way.values()) {
      turns.begin(way, 0);
      turns.begin(way, MIB);
      turns.end(way, 0);
      turns.end(way, MIB);
    }
  }

  @Test
  void aWriteOfTheOtherWayWaitsUntilTheUnitIsLeft() throws Exception {
    turns.begin(PAST, 4 * MIB);
    turns.begin(THROUGH, 6 * MIB);
    Thread through = start(THROUGH, 5 * MIB);
    awaitBlocked(through);

    turns.end(PAST, 4 * MIB);

    through.join();
    turns.end(THROUGH, 6 * MIB);
  }

  /** Those who write go on coming, and the one who scrubs has its turn all the same. */
  @Test
  void whoComesLaterWaitsBehindTheOtherWay() throws Exception {
    turns.begin(THROUGH, 0);
    Thread past = start(PAST, 0);
    awaitBlocked(past);
    Thread late = start(THROUGH, 0);
    awaitBlocked(late);

    turns.end(THROUGH, 0);

    past.join();
    late.join();
  }

  @Test
  void anInterruptEndsNoWaitAndIsKept() throws Exception {
    AtomicBoolean isLeft = new AtomicBoolean();
    AtomicBoolean isTold = new AtomicBoolean();
    turns.begin(PAST, 0);
    Thread through =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              turns.begin(THROUGH, 0);
              isTold.set(isLeft.get() && Thread.currentThread().isInterrupted());
              turns.end(THROUGH, 0);
            });
    through.start();
    awaitBlocked(through);

    isLeft.set(true);
    turns.end(PAST, 0);

    through.join();
    assertThat(isTold).isTrue();
  }

  @Test
  void neverAreBothInOneUnit() throws Exception {
    AtomicInteger[] inside = {new AtomicInteger(), new AtomicInteger()};
    AtomicInteger met = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Way way = Way.values()[i % 2];
      Thread thread =
          new Thread(
              () -> {
                for (int round = 0; round < 20_000; round++) {
                  turns.begin(way, 0);
                  inside[way.ordinal()].incrementAndGet();
                  if (inside[1 - way.ordinal()].get() > 0) {
                    met.incrementAndGet();
                  }
                  if (ThreadLocalRandom.current().nextInt(8) == 0) {
                    Thread.yield();
                  }
                  inside[way.ordinal()].decrementAndGet();
                  turns.end(way, 0);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(met).hasValue(0);
  }

  @Test
  void aPieceEndsWithItsUnit() {
    assertThat(turns.pieceEnd(MIB, 9 * MIB)).isEqualTo(2 * MIB);
    assertThat(turns.pieceEnd(2 * MIB, 3 * MIB)).isEqualTo(3 * MIB);
    assertThat(turns.pieceEnd(2 * MIB, 4 * MIB)).isEqualTo(4 * MIB);
  }

  /** Pages of 64 KiB: an entry maps 512 MiB of them, and a folio has no more than 2,048. */
  @Test
  void aUnitIsNoLongerThanAFolioMayBe() {
    assertThat(new FolioTurns(64 << 10).pieceEnd(0, Long.MAX_VALUE)).isEqualTo(128 * MIB);
  }

  private Thread start(Way way, long offset) {
    Thread thread =
        new Thread(
            () -> {
              turns.begin(way, offset);
              turns.end(way, offset);
            });
    thread.start();
    return thread;
  }

  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }
}
