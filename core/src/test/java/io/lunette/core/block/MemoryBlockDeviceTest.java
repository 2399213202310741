/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.MemoryBlockDevice.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class MemoryBlockDeviceTest {

  private final MemoryBlockDevice device = MemoryBlockDevice.inline(1 << 20, 512);

  private static ByteBuffer filled(int bytes, int value) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    while (buffer.hasRemaining()) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  @Test
  void readsBackWhatWasWrittenAcrossGrains() throws Exception {
    BlockingIo.write(device, 3584, filled(1024, 7), Durability.DURABLE);

    ByteBuffer back = ByteBuffer.allocateDirect(2048);
    BlockingIo.read(device, 3072, back);

    assertThat(back.slice(512, 1024)).isEqualTo(filled(1024, 7));
    assertThat(back.slice(0, 512)).isEqualTo(filled(512, 0));
    assertThat(device.calls().get(0))
        .isEqualTo(new MemoryBlockDevice.Call(Operation.WRITE, 3584, 1024, true));
  }

  @Test
  void discardedGrainsReadAsZeroesAndAreNotProvisioned() throws Exception {
    BlockingIo.write(device, 0, filled(12288, 1), Durability.VISIBLE);

    BlockingIo.discard(device, 4096, 4608);

    assertThat(device.bytes(4096, 4608)).containsOnly(0);
    assertThat(device.bytes(8704, 512)).containsOnly(1);
    assertThat(device.provisioning(0)).isEqualTo(new ProvisioningRun(0, 4096, true));
    assertThat(device.provisioning(4096)).isEqualTo(new ProvisioningRun(4096, 4096, false));
  }

  @Test
  void zeroesThatKeepTheirSpaceStayProvisioned() throws Exception {
    BlockingIo.writeZeroes(device, 0, 8192, Provisioning.KEEP, Durability.VISIBLE);

    assertThat(device.provisioning(0)).isEqualTo(new ProvisioningRun(0, 8192, true));
  }

  @Test
  void failsWhenItIsToldToAndLeavesTheBytesAlone() throws Exception {
    device.failAfter(1, Operation.WRITE, BlockException.Kind.OUT_OF_SPACE);
    BlockingIo.write(device, 0, filled(512, 1), Durability.VISIBLE);

    assertThatThrownBy(() -> BlockingIo.write(device, 0, filled(512, 2), Durability.VISIBLE))
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE));
    assertThat(device.bytes(0, 512)).containsOnly(1);
  }

  @Test
  void completesWhereItIsToldTo() {
    Queue<Runnable> held = new ArrayDeque<>();
    MemoryBlockDevice later = MemoryBlockDevice.on(held::add, 1 << 20, 4096);
    int[] completions = new int[1];

    later.flush(
        new IoCompletion() {
          @Override
          public void completed() {
            completions[0]++;
          }

          @Override
          public void failed(BlockException failure) {
            throw new AssertionError(failure);
          }
        });

    assertThat(completions).containsExactly(0);
    held.remove().run();
    assertThat(completions).containsExactly(1);
  }
}
