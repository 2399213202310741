/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

class FolioTurnsTest {

  private static final long MIB = 1 << 20;

  private final FolioTurns turns = new FolioTurns(4096);

  @Test
  void aWritePastTheCacheIsAloneInItsUnit() {
    Lock past = turns.past(5 * MIB);
    past.lock();

    assertThat(isFree(turns.through(4 * MIB))).isFalse();
    assertThat(isFree(turns.past(4 * MIB))).isFalse();
    assertThat(isFree(turns.through(6 * MIB))).isTrue();
    past.unlock();
    assertThat(isFree(turns.through(4 * MIB))).isTrue();
  }

  @Test
  void writesThroughTheCacheGoTogether() {
    Lock through = turns.through(0);
    through.lock();

    assertThat(isFree(turns.through(MIB))).isTrue();
    assertThat(isFree(turns.past(MIB))).isFalse();
    through.unlock();
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

  /** For another thread. */
  private static boolean isFree(Lock lock) {
    return CompletableFuture.supplyAsync(
            () -> {
              boolean free = lock.tryLock();
              if (free) {
                lock.unlock();
              }
              return free;
            })
        .join();
  }
}
