/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockException;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A commit that the full ring has no room for, and the file system no space, has taken what was
 * reserved ahead along: it is ahead of nothing any more.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReturnedReservationTest {

  private final FillingDevice device = new FillingDevice();
  private Pool pool;

  @BeforeEach
  @Timeout(60)
  void refuseTheCommitOfAReservation() throws Exception {
    CrashLife.format(device, 1);
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    device.fillUp();
    do {
      change();
    } while (refusal(pool.log::commit) == null);
    pool.metadata.lock.lock();
    try {
      long clean = pool.finder.nextCleanWord(0);
      pool.metadata.space.reserveAhead(pool.finder.word(), Long.lowestOneBit(clean));
    } finally {
      pool.metadata.lock.unlock();
    }
    assertThat(refusal(pool.log::commit)).isNotNull();
  }

  @AfterEach
  void abandon() {
    pool.abandon();
  }

  /** Who is told that it is durable writes tenants' data there. */
  @Test
  void itIsNotDurableForBeingAheadNoMore() {
    BlockException refused = refusal(pool.log::commitAhead);

    assertThat(refused).isNotNull();
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
  }

  private void change() throws IOException {
    pool.metadata.lock.lock();
    try {
      WordTree globals = pool.metadata.tree(TreeKey.Kind.GLOBALS);
      pool.metadata.set(globals, 0, globals.get(0) + 1);
    } finally {
      pool.metadata.lock.unlock();
    }
  }

  private interface Call {
    void run() throws BlockException;
  }

  private static BlockException refusal(Call call) {
    return catchThrowableOfType(BlockException.class, call::run);
  }
}
