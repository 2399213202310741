/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandHandler;
import io.lunette.scsi.device.CommandTable;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceServerTest {

  private final TestUnit unit = TestUnit.small();

  private TestTask execute(Access access, CommandHandler handler) {
    CommandDescriptor row =
        CommandDescriptor.of(0x8F, "VERIFY(16)", "8F 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00")
            .access(access)
            .by(handler);
    DeviceServer server = new DeviceServer(new CommandTable(List.of(row)));
    byte[] cdb = Initiator.hex("8F 00 0000000000000000 00000000 00 00");
    return new TestTask(cdb, unit.initiator, unit.initiator.nexus())
        .execute(server, Initiator.NOTHING);
  }

  @ParameterizedTest
  @EnumSource(
      value = Access.class,
      names = {"READ", "WRITE", "ATOMIC_WRITE"})
  void wantOfStackOrMemoryEndsTheCommandAlone(Access access) {
    execute(access, DeviceServerTest::endlessly).sense(Sense.INTERNAL_TARGET_FAILURE);
    execute(
            access,
            task -> {
              task.device().flush(task.then(() -> endlessly(task)));
              return Outcome.LATER;
            })
        .sense(Sense.INTERNAL_TARGET_FAILURE);

    execute(Access.ATOMIC_WRITE, task -> Outcome.GOOD).good();
  }

  @SuppressWarnings("InfiniteRecursion")
  private static Outcome endlessly(ScsiTask task) {
    return endlessly(task);
  }

  @ParameterizedTest
  @EnumSource(
      value = Access.class,
      names = {"READ", "WRITE", "ATOMIC_WRITE"})
  void aDefectOfAHandlerEndsItsCommandAndLeavesTheUnitUsable(Access access) {
    execute(
            access,
            task -> {
              throw new IllegalStateException("on purpose");
            })
        .sense(Sense.INTERNAL_TARGET_FAILURE);
    execute(
            access,
            task -> {
              task.device()
                  .read(
                      0,
                      ByteBuffer.allocateDirect(512),
                      task.then(
                          () -> {
                            throw new IllegalStateException("on purpose");
                          }));
              return Outcome.LATER;
            })
        .sense(Sense.INTERNAL_TARGET_FAILURE);

    execute(Access.ATOMIC_WRITE, task -> Outcome.GOOD).good();
  }
}
