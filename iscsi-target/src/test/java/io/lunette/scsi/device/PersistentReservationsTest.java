/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.scsi.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PersistentReservationsTest {

  private static final UUID UNIT = new UUID(1, 2);

  private final MemoryUnitStateStore store = new MemoryUnitStateStore();
  private final PersistentReservations reservations =
      new PersistentReservations(List.of(), new RunningCopies(), UnitRecords.load(store, UNIT));

  private static Registrant registrant(int number) {
    return new Registrant(new InitiatorPort("iqn.2026-01.example:a", number), 1);
  }

  private static RegisterOperation register(int number, boolean keep) {
    return new RegisterOperation(
        registrant(number), OptionalLong.empty(), 1 + number, Set.of(), Set.of(), false, keep);
  }

  @Test
  void operationsBehindASaveRunInTheirOrder() {
    List<Integer> order = new ArrayList<>();
    store.hold(true);
    for (int i = 0; i < 5; i++) {
      int number = i;
      reservations.perform(register(i, i % 2 == 0), outcome -> order.add(number));
    }
    assertThat(order).isEmpty();

    for (int i = 0; i < 5; i++) {
      store.letGo();
    }

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
    assertThat(reservations.state().keys()).hasSize(5);
  }

  @Test
  void whoCannotBeToldDoesNotKeepOthersWaiting() {
    IllegalStateException onPurpose = new IllegalStateException("on purpose");
    List<Outcome> told = new ArrayList<>();

    assertThatThrownBy(
            () ->
                reservations.perform(
                    register(0, false),
                    outcome -> {
                      reservations.perform(register(1, false), told::add);
                      throw onPurpose;
                    }))
        .isSameAs(onPurpose);
    reservations.perform(register(2, false), told::add);

    assertThat(told).containsExactly(Outcome.GOOD, Outcome.GOOD);
    assertThat(reservations.state().keys()).hasSize(3);
  }

  @Test
  void manyThreadsAreServedOneAfterTheOther() throws InterruptedException {
    int threads = 4;
    int each = 100;
    AtomicInteger good = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(threads * each);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    for (int thread = 0; thread < threads; thread++) {
      int base = thread * each;
      pool.execute(
          () -> {
            for (int i = 0; i < each; i++) {
              reservations.perform(
                  register(base + i, false),
                  outcome -> {
                    good.addAndGet(outcome == Outcome.GOOD ? 1 : 0);
                    all.countDown();
                  });
            }
          });
    }

    all.await();
    pool.shutdown();

    assertThat(good).hasValue(threads * each);
    assertThat(reservations.state().generation()).isEqualTo(threads * each);
    assertThat(reservations.state().keys()).hasSize(threads * each);
  }
}
