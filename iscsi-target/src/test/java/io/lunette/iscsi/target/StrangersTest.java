/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Initiators that share nothing but the target do not notice each other (DESIGN I6, I7). */
class StrangersTest {

  private static final int LOGICAL_UNIT_RESET = 5;
  private static final int TARGET_WARM_RESET = 6;

  private static RawInitiator login(ServedTarget served, String name, long isid) throws Exception {
    RawInitiator initiator = new RawInitiator(served.target().portal());
    assertThat(initiator.login(name, isid).u16(36)).isZero();
    return initiator;
  }

  @Test
  void aSessionHandleDoesNotTellHowManySessionsThereWere() throws Exception {
    List<Integer> handles = new ArrayList<>();
    try (ServedTarget served = new ServedTarget()) {
      for (int isid = 1; isid <= 16; isid++) {
        try (RawInitiator initiator = new RawInitiator(served.target().portal())) {
          handles.add(initiator.login(ALICE.value(), isid).u16(14));
        }
      }
    }

    assertThat(handles).doesNotContain(0);
    int steps = 0;
    for (int i = 1; i < handles.size(); i++) {
      steps += Math.abs(handles.get(i) - handles.get(i - 1)) <= 16 ? 1 : 0;
    }
    assertThat(steps).as("handles that follow the one before, of %s", handles).isLessThan(8);
  }

  /** A device that keeps its event loop stands for one that is busy with its own initiators. */
  @Test
  void aResetDoesNotWaitForTheEventLoopsOfOthers() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    MemoryBlockDevice slow =
        MemoryBlockDevice.on(
            completion -> {
              entered.countDown();
              awaitUninterruptibly(goOn);
              completion.run();
            },
            1 << 20,
            512);
    TargetConfig config =
        TargetConfig.of(ServedTarget.NAME, new InetSocketAddress("127.0.0.1", 0)).withEventLoops(2);
    try (ServedTarget served = new ServedTarget(config)) {
      served.target().map(BOB, 0, unit(slow, "of bob"));
      served.target().map(ALICE, 0, unit(MemoryBlockDevice.inline(1 << 20, 512), "of alice"));
      try (RawInitiator bob = login(served, BOB.value(), 1);
          RawInitiator alice = login(served, ALICE.value(), 1)) {
        bob.settle();
        alice.settle();
        bob.send(SessionFixture.read(bob, 1));
        entered.await();

        for (int function : new int[] {LOGICAL_UNIT_RESET, TARGET_WARM_RESET}) {
          alice.send(SessionFixture.taskManagement(alice, function));
          assertThat(alice.receive().u8(2)).as("function complete").isZero();
        }
        goOn.countDown();
        assertThat(bob.receive().opcode()).as("Data-In").isEqualTo(0x25);
      } finally {
        goOn.countDown();
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
