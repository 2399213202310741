/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitTraits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogTest {

  private final long[] now = {0};
  private final TestUnit unit =
      new TestUnit(
          MemoryBlockDevice.inline(TestUnit.MIB, 512),
          UnitRecords.none(),
          UnitTraits.DISK,
          new UnitServices(() -> now[0] += 5000, (task, nanos) -> task.run(), Long.MAX_VALUE));
  private final Initiator initiator = unit.initiator;

  private ByteBuffer statistics() {
    return initiator.send("4D 00 59 00 00 0000 0100 00").reply();
  }

  @Test
  void theListsHaveEveryPage() {
    assertThat(initiator.send("4D 00 00 00 00 0000 0100 00").data())
        .containsExactly(0, 0, 0, 2, 0x00, 0x19);
    assertThat(initiator.send("4D 00 00 FF 00 0000 0100 00").data())
        .containsExactly(0x40, 0xFF, 0, 6, 0, 0, 0, 0xFF, 0x19, 0);
  }

  @Test
  void statisticsCountCommandsBlocksAndTime() {
    initiator.send("28 00 00000000 00 0008 00").good();
    initiator.send("28 00 00000000 00 0002 00").good();
    unit.another("b").send(new byte[1536], "2A 00 00000000 00 0003 00").good();
    initiator.send("28 00 FFFFFFF0 00 0002 00").sense(Sense.LBA_OUT_OF_RANGE);

    ByteBuffer page = statistics();

    assertThat(page.get(0)).isEqualTo((byte) 0x19);
    assertThat(page.getShort(2)).isEqualTo((short) (page.capacity() - 4));
    assertThat(page.getShort(4)).isEqualTo((short) 1);
    assertThat(page.get(6)).isEqualTo((byte) 0x23);
    assertThat(page.get(7)).isEqualTo((byte) 64);
    assertThat(page.getLong(8)).as("reads").isEqualTo(2);
    assertThat(page.getLong(16)).as("writes").isEqualTo(1);
    assertThat(page.getLong(24)).as("blocks received").isEqualTo(3);
    assertThat(page.getLong(32)).as("blocks transmitted").isEqualTo(10);
    assertThat(page.getLong(40)).as("microseconds of reads").isEqualTo(10);
    assertThat(page.getLong(48)).as("microseconds of writes").isEqualTo(5);
    assertThat(page.getShort(72)).isEqualTo((short) 2);
    assertThat(page.getShort(84)).isEqualTo((short) 3);
    assertThat(page.getInt(88)).isEqualTo(6);
    assertThat(page.getInt(92)).isEqualTo(1);
    assertThat(page.capacity()).isEqualTo(96);
  }

  @Test
  void idleIsWhatNoCommandTakes() {
    long hour = TimeUnit.HOURS.toNanos(1);
    initiator.send("4C 02 40 00 00 00 00 0000 00").good();
    now[0] += hour;
    long idle = statistics().getLong(76);
    assertThat(idle).isBetween(hour / 1000 - 20, hour / 1000 + 20);
    assertThat(statistics().getLong(76)).isBetween(idle, idle + 100);
  }

  @Test
  void theParameterPointerSkipsWhatIsBeforeIt() {
    byte[] page = initiator.send("4D 00 59 00 00 0003 0100 00").data();

    assertThat(Arrays.copyOfRange(page, 4, 8)).containsExactly(0, 3, 0x23, 8);
    initiator.send("4D 00 59 00 00 0004 0100 00").invalidField(5, 7);
  }

  @Test
  void resettingIsToldToTheOthers() {
    Initiator other = unit.another("b");
    initiator.send("28 00 00000000 00 0008 00").good();

    other.send("4C 00 40 00 00 00 00 0000 00").good();
    assertThat(statistics().getLong(8)).isEqualTo(1);
    other.send("4C 02 40 00 00 00 00 0000 00").good();

    initiator.send("00 00 00 00 00 00").sense(Sense.LOG_PARAMETERS_CHANGED);
    assertThat(statistics().getLong(8)).isZero();
  }

  @Test
  void whatIsNotOfferedIsRefused() {
    initiator.send("4D 00 4D 00 00 0000 0100 00").invalidField(2, 5);
    initiator.send("4D 00 4C 00 00 0000 0100 00").invalidField(2, 5);
    initiator.send("4D 00 59 01 00 0000 0100 00").invalidField(3, 7);
    initiator.send("4D 00 19 00 00 0000 0100 00").invalidField(2, 7);
    initiator.send("4D 01 59 00 00 0000 0100 00").invalidField(1, 0);
    initiator.send(new byte[8], "4C 00 40 00 00 00 00 0008 00").invalidField(7, 7);
    initiator.send("4C 01 40 00 00 00 00 0000 00").invalidField(1, 0);
  }
}
