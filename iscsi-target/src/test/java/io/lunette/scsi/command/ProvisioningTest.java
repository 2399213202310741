/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import io.lunette.scsi.copy.CopyManager;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ProvisioningTest {

  private final TestUnit unit = TestUnit.small();
  private final Initiator initiator = unit.initiator;

  /** A parameter list of UNMAP: pairs of first block and number of blocks. */
  private static byte[] ranges(long... pairs) {
    ByteBuffer list = ByteBuffer.allocate(8 + 8 * pairs.length);
    list.putShort((short) (6 + 8 * pairs.length)).putShort((short) (8 * pairs.length)).putInt(0);
    for (int i = 0; i < pairs.length; i += 2) {
      list.putLong(pairs[i]).putInt((int) pairs[i + 1]).putInt(0);
    }
    return list.array();
  }

  private TestTask unmap(Initiator by, byte[] list) {
    return by.send(list, "42 00 00000000 00 %04X 00", list.length);
  }

  @Test
  void unmappedRangesReadAsZeroesAndTheRestStays() {
    unit.device.fill(0, pattern(32768, 1));

    unmap(initiator, ranges(8, 8, 1, 1, 24, 0)).good();

    byte[] expected = pattern(32768, 1);
    java.util.Arrays.fill(expected, 4096, 8192, (byte) 0);
    java.util.Arrays.fill(expected, 512, 1024, (byte) 0);
    assertThat(initiator.send("28 00 00000000 00 0040 00").data()).isEqualTo(expected);
  }

  @Test
  void aBadRangeLeavesAllRangesAlone() {
    unmap(initiator, ranges(0, 8, 2041, 8)).sense(Sense.LBA_OUT_OF_RANGE);
    unmap(initiator, ranges(0, 8, -1, 8)).sense(Sense.LBA_OUT_OF_RANGE);
    unmap(initiator, ranges(new long[2 * 257])).sense(Sense.INVALID_FIELD_IN_PARAMETERS);

    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void moreBlocksThanTheLimitAreRefused() {
    TestUnit large = TestUnit.of(1L << 40, 512);
    int limit = large.unit.limits().unmap();

    unmap(large.initiator, ranges(0, limit)).good();
    unmap(large.initiator, ranges(0, limit, limit, 1)).sense(Sense.INVALID_FIELD_IN_PARAMETERS);
  }

  @Test
  void unmapListsOfTheWrongLengthAreRefused() {
    initiator.send("42 00 00000000 00 0000 00").good();
    initiator.send(new byte[7], "42 00 00000000 00 0007 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send("42 00 00000000 00 0018 00").sense(Sense.PARAMETER_LIST_LENGTH);
    initiator.send(ranges(0, 8), "42 01 00000000 00 0018 00").invalidField(1, 0);
    initiator.send(ranges(0, 8), "42 00 00000000 00 0017 00").good();
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void aDiscardThatFailsEndsTheCommand() {
    unit.device.failAfter(1, Operation.DISCARD, Kind.MEDIUM_WRITE);

    unmap(initiator, ranges(0, 8, 8, 8, 16, 8)).sense(Sense.WRITE_ERROR);

    assertThat(unit.device.count(Operation.DISCARD)).isEqualTo(2);
  }

  @Test
  void writeSameRepeatsItsBlock() {
    byte[] block = pattern(512, 3);

    initiator.send(block, "41 00 00000003 00 0005 00").good();
    initiator.send(pattern(512, 4), "93 00 0000000000000004 00000001 00 00").good();

    for (int lba = 3; lba < 8; lba++) {
      assertThat(unit.device.bytes(lba * 512L, 512)).isEqualTo(lba == 4 ? pattern(512, 4) : block);
    }
    assertThat(unit.device.bytes(0, 1536)).containsOnly(0);
    assertThat(unit.device.bytes(8 * 512, 512)).containsOnly(0);
  }

  @Test
  void writeSameOfZeroesKeepsOrReleasesSpace() throws Exception {
    unit.device.fill(0, pattern(16384, 1));

    initiator.send(new byte[512], "93 00 0000000000000000 00000008 00 00").good();
    initiator.send(new byte[512], "93 08 0000000000000008 00000008 00 00").good();
    initiator.send("93 09 0000000000000010 00000008 00 00").good();
    initiator.send("93 01 0000000000000018 00000008 00 00").good();

    assertThat(unit.device.bytes(0, 16384)).containsOnly(0);
    assertThat(unit.device.provisioning(0).mapped()).isTrue();
    assertThat(unit.device.provisioning(4096).mapped()).isFalse();
    assertThat(unit.device.provisioning(8192).mapped()).isFalse();
    assertThat(unit.device.provisioning(12288).mapped()).isTrue();
    assertThat(unit.device.count(Operation.WRITE)).isZero();
  }

  @Test
  void unmappingWriteSameUnmapsWhateverItsBlock() {
    unit.device.fill(0, pattern(4096, 1));

    initiator.send(pattern(512, 5), "41 08 00000000 00 0008 00").good();

    assertThat(unit.device.bytes(0, 4096)).containsOnly(0);
  }

  @Test
  void writeSameRefusesWhatItDoesNotOffer() {
    byte[] block = new byte[512];

    initiator.send(block, "93 18 0000000000000000 00000001 00 00").invalidField(1, 4);
    initiator.send(block, "41 10 00000000 00 0001 00").invalidField(1, 4);
    initiator.send(block, "41 01 00000000 00 0001 00").invalidField(1, 0);
    initiator.send(block, "93 20 0000000000000000 00000001 00 00").invalidField(1, 7);
    initiator.send(block, "93 00 0000000000000800 00000000 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    initiator.send(new byte[511], "41 00 00000000 00 0001 00").sense(Sense.INVALID_FIELD_IN_CDB);
    initiator.send(new byte[1024], "41 00 00000000 00 0001 00").sense(Sense.INVALID_FIELD_IN_CDB);
    initiator
        .send(block, "93 01 0000000000000000 00000001 00 00")
        .sense(Sense.INVALID_FIELD_IN_CDB);
    initiator.send(block, "41 00 000007FF 00 0002 00").sense(Sense.LBA_OUT_OF_RANGE);
    initiator.send(block, "93 00 FFFFFFFFFFFFFFFF 00000001 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    initiator.send(block, "93 00 0000000000000000 FFFFFFFF 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void outOfSpaceIsAnAnswerAndTheNextWriteGoesOn() {
    unit.device.failNext(Operation.ZERO, Kind.OUT_OF_SPACE);
    unit.device.failAfter(0, Operation.WRITE, Kind.OUT_OF_SPACE);

    initiator.send(new byte[512], "41 00 00000000 00 0001 00").sense(Sense.SPACE_ALLOCATION_FAILED);
    initiator
        .send(pattern(512, 1), "41 00 00000000 00 0001 00")
        .sense(Sense.SPACE_ALLOCATION_FAILED);
    initiator.send(pattern(512, 1), "41 00 00000000 00 0001 00").good();
  }

  @Test
  void anInlineDeviceDoesNotDeepenTheStack() throws Exception {
    TestUnit large = TestUnit.of(2048 * MIB, 512);
    byte[] block = pattern(512, 6);
    Throwable[] thrown = new Throwable[1];
    Thread shallow =
        new Thread(
            null,
            () -> {
              large.initiator.send(block, "93 00 0000000000000000 00004000 00 00").good();
              large.initiator.send("8F 00 0000000000000000 00200000 00 00").good();
              large.initiator.send(block, "8F 06 0000000000000000 00004000 00 00").good();
              long[] pairs = new long[512];
              for (int i = 0; i < 256; i++) {
                pairs[2 * i] = i * 4096L;
                pairs[2 * i + 1] = 4096;
              }
              unmap(large.initiator, ranges(pairs)).good();
            },
            "shallow stack",
            128 << 10);
    shallow.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
    shallow.start();
    shallow.join();

    assertThat(thrown[0]).isNull();
    assertThat(large.device.count(Operation.READ)).isEqualTo(1032);
    assertThat(large.device.count(Operation.WRITE)).isEqualTo(8);
    assertThat(large.device.bytes(512 * MIB - 512, 512)).containsOnly(0);
  }

  @Test
  void lbaStatusFollowsTheDevice() {
    unit.device.fill(8192, pattern(4096, 1));

    ByteBuffer all = initiator.send("9E 12 0000000000000000 00000100 00 00").reply();
    assertThat(all.getInt(0)).isEqualTo(4 + 3 * 16);
    long[][] expected = {{0, 16, 1}, {16, 8, 0}, {24, 2024, 1}};
    for (int i = 0; i < 3; i++) {
      assertThat(all.getLong(8 + 16 * i)).isEqualTo(expected[i][0]);
      assertThat(all.getInt(16 + 16 * i)).isEqualTo((int) expected[i][1]);
      assertThat(all.get(20 + 16 * i)).isEqualTo((byte) expected[i][2]);
    }

    ByteBuffer inside = initiator.send("9E 12 0000000000000012 00000018 00 00").reply();
    assertThat(inside.capacity()).isEqualTo(24);
    assertThat(inside.getInt(0)).isEqualTo(20);
    assertThat(inside.getLong(8)).isEqualTo(18);
    assertThat(inside.getInt(16)).isEqualTo(6);
    initiator.send("9E 12 0000000000000800 00000018 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    assertThat(initiator.send("9E 12 0000000000000000 00000004 00 00").data()).hasSize(4);
    assertThat(initiator.send("9E 12 0000000000000000 00000000 00 00").data()).isEmpty();
  }

  /** What it asks the device may wait for a disk, which an event loop may not. */
  @Test
  void lbaStatusIsAskedForByAThreadThatMayWait() {
    Queue<Runnable> waiting = new ArrayDeque<>();
    CopyManager copies = new CopyManager(waiting::add, new SecureRandom(), System::nanoTime);
    Initiator other = new Initiator(unit.unit, "b", false, CommandSet.blockDevice(copies));

    TestTask asked = other.send("9E 12 0000000000000000 00000100 00 00");
    assertThat(asked.isPending()).isTrue();
    unit.device.fill(8192, pattern(4096, 1));
    waiting.remove().run();

    assertThat(asked.reply().getInt(0)).as("as it is when it is asked").isEqualTo(4 + 3 * 16);
    assertThat(waiting).isEmpty();
  }
}
