/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.scsi.device.MemoryUnitStateStore;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.net.InetSocketAddress;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A SANITIZE ends with the last mapping of its unit: who sees the blocks next keeps what is his.
 */
class UnmappedSanitizeTest {

  private static final int MIB = 1 << 20;
  private static final int PIECES = 64;
  private static final UUID IDENTITY = new UUID(1, 2);

  private final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
  private final MemoryBlockDevice device =
      new MemoryBlockDevice(
          new BlockGeometry(PIECES * MIB, 512, 512, 512),
          new BlockFeatures(false, true, true, 512),
          held::add);
  private final LogicalUnitSpec unit = new LogicalUnitSpec(device, IDENTITY, AccessMode.READ_WRITE);
  private final MemoryUnitStateStore store = new MemoryUnitStateStore();
  private IscsiTarget target;

  @BeforeEach
  void start() throws Exception {
    target =
        IscsiTarget.start(
            TargetConfig.of(ServedTarget.NAME, new InetSocketAddress("127.0.0.1", 0))
                .withUnitStates(store)
                .withLimits(TargetLimits.DEFAULT.withSanitizeRate(0)));
    target.map(ALICE, 0, unit);
  }

  @AfterEach
  void stop() {
    target.close();
  }

  private RawInitiator login(InitiatorName name) throws Exception {
    RawInitiator initiator = new RawInitiator(target.portal());
    assertThat(initiator.login(name.value(), 1).u16(36)).isZero();
    initiator.settle();
    return initiator;
  }

  /** SANITIZE, BLOCK ERASE with IMMED, of which the first piece is under way when this returns. */
  private void sanitizeAsAlice() throws Exception {
    try (RawInitiator alice = login(ALICE)) {
      alice.send(alice.command(0x80, 0, 0x48, 0x82));
      assertThat(alice.receive().u8(3)).isZero();
      held.add(held.take());
    }
  }

  private void unmapFrom(InitiatorName initiator) {
    CompletableFuture<Void> unmapped = CompletableFuture.runAsync(() -> target.unmap(initiator, 0));
    while (!unmapped.isDone()) {
      Runnable completion = held.poll();
      if (completion == null) {
        Thread.onSpinWait();
      } else {
        completion.run();
      }
    }
    unmapped.join();
  }

  /** Nothing more is written, nor kept, once somebody sees the unit again, who finds it ready. */
  private void assertNothingOfItIsLeftFor(InitiatorName next) throws Exception {
    long writes = device.count(Operation.WRITE);

    target.map(next, 0, unit);
    try (RawInitiator initiator = login(next)) {
      initiator.send(initiator.command(0x80, 0, 0));
      assertThat(initiator.receive().u8(3)).as("ready").isZero();
    }

    assertThat(device.count(Operation.WRITE)).isEqualTo(writes);
    assertThat(store.load(IDENTITY, Kind.SANITIZE)).isEmpty();
  }

  @Test
  void nothingOfItIsWrittenOrKeptAfterTheLastUnmap() throws Exception {
    sanitizeAsAlice();
    unmapFrom(ALICE);
    assertThat(held).as("under way").isEmpty();

    assertNothingOfItIsLeftFor(BOB);
  }

  @Test
  void nothingOfItIsWrittenThoughWhatWasKeptCouldNotBeRemovedAtOnce() throws Exception {
    store.failRemoves(1);
    sanitizeAsAlice();
    unmapFrom(ALICE);
    assertThat(store.load(IDENTITY, Kind.SANITIZE)).isPresent();

    assertNothingOfItIsLeftFor(BOB);
  }

  @Test
  void nobodyIsShownAUnitWhileWhatItKeptCannotBeRemoved() throws Exception {
    store.failRemoves(2);
    sanitizeAsAlice();
    unmapFrom(ALICE);

    assertThatThrownBy(() -> target.map(BOB, 0, unit))
        .isInstanceOf(LunConflictException.class)
        .hasMessageContaining("on purpose");

    target.map(BOB, 0, unit);
    assertThat(store.load(IDENTITY, Kind.SANITIZE)).isEmpty();
  }

  @Test
  void itGoesOnWhileSomebodySeesTheUnit() throws Exception {
    target.map(BOB, 0, unit);
    sanitizeAsAlice();
    unmapFrom(ALICE);

    while (device.count(Operation.DISCARD) == 0) {
      held.take().run();
    }

    assertThat(device.count(Operation.WRITE)).isEqualTo(PIECES);
  }
}
