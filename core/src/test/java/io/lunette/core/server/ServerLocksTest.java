/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.work.CallerWork;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerLocksTest {

  private static final ServerName SERVER = new ServerName("web1");

  private final ServerLocks locks = new ServerLocks(Duration.ofMillis(20));
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void open() {
    gate.countDown();
  }

  private static ServerLocks.Held asCaller(ServerLocks locks) throws Exception {
    return CallerWork.run(() -> locks.hold(SERVER));
  }

  /** A caller's work on a server that goes on until the gate opens. */
  private CompletableFuture<Void> hang() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> hanging =
        CompletableFuture.runAsync(
            () -> {
              try {
                ServerLocks.Held held = asCaller(locks);
                begun.countDown();
                gate.await();
                held.release();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    begun.await();
    return hanging;
  }

  @Test
  void aCallerIsRefusedWhereAnotherHangs() throws Exception {
    CompletableFuture<Void> hanging = hang();

    assertThatThrownBy(() -> asCaller(locks))
        .isInstanceOfSatisfying(
            DomainException.class, e -> assertThat(e.kind()).isEqualTo(DomainException.Kind.BUSY))
        .hasMessage("server 'web1' is being changed, which takes long; try again later");

    gate.countDown();
    hanging.get(60, TimeUnit.SECONDS);
    asCaller(locks).release();
  }

  @Test
  void backgroundWorkWaitsItsTurn() throws Exception {
    CompletableFuture<Void> hanging = hang();
    CompletableFuture<Boolean> background =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                locks.hold(SERVER).release();
                return hanging.isDone() || gate.getCount() == 0;
              } catch (DomainException e) {
                throw new IllegalStateException(e);
              }
            });

    gate.countDown();

    assertThat(background.get(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anotherServerIsNotHeldUp() throws Exception {
    CompletableFuture<Void> unused = hang();

    CallerWork.run(() -> locks.hold(new ServerName("web2"))).release();
  }
}
