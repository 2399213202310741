/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.MemoryBlockDevice.Call;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadWriteTest {

  private static final List<String> READS =
      List.of(
          "08 0000%2$02X %3$02X 00",
          "28 00 %2$08X 00 %3$04X 00", "A8 00 %2$08X %3$08X 00 00", "88 00 %2$016X %3$08X 00 00");
  private static final List<String> WRITES =
      List.of(
          "0A 0000%2$02X %3$02X 00",
          "2A %1$02X %2$08X 00 %3$04X 00",
          "AA %1$02X %2$08X %3$08X 00 00",
          "8A %1$02X %2$016X %3$08X 00 00",
          "2E %1$02X %2$08X 00 %3$04X 00",
          "AE %1$02X %2$08X %3$08X 00 00",
          "8E %1$02X %2$016X %3$08X 00 00");

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void everyWriteIsReadBackByEveryRead(int block) {
    TestUnit unit = TestUnit.of(4 * MIB, block);
    for (String write : WRITES) {
      byte[] data = pattern(3 * block, write.hashCode());
      unit.initiator.send(data, write, 0, 5, 3).good();
      for (String read : READS) {
        assertThat(unit.initiator.send(read, 0, 5, 3).data()).as(write + read).isEqualTo(data);
      }
      assertThat(unit.device.bytes(4L * block, block)).containsOnly(0);
      assertThat(unit.device.bytes(8L * block, block)).containsOnly(0);
    }
  }

  @Test
  void sixByteFormsHaveZeroFor256Blocks() {
    TestUnit unit = TestUnit.small();
    byte[] data = pattern(256 * 512, 1);

    unit.initiator.send(data, "0A 000001 00 00").good();

    assertThat(unit.initiator.send("08 000001 00 00").data()).isEqualTo(data);
  }

  @Test
  void longerFormsHaveZeroForNothing() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send("28 00 00000000 00 0000 00").good();
    unit.initiator.send("8A 00 %016X 00000000 00 00", 2048).good();
    unit.initiator.send("88 00 %016X 00000000 00 00", 2049).sense(Sense.LBA_OUT_OF_RANGE);

    assertThat(unit.device.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2A", "AA", "8A"})
  void forceUnitAccessAsksForDurability(String opcode) {
    TestUnit unit = TestUnit.small();
    String write =
        WRITES.stream().filter(each -> each.startsWith(opcode)).findFirst().orElseThrow();

    unit.initiator.send(pattern(512, 1), write, 0x08, 1, 1).good();
    unit.initiator.send(pattern(512, 2), write, 0x10, 2, 1).good();

    assertThat(unit.device.calls())
        .containsExactly(
            new Call(Operation.WRITE, 512, 512, true), new Call(Operation.WRITE, 1024, 512, false));
  }

  @Test
  void writeAndVerifyIsDurableAndReadsBack() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send(pattern(1024, 1), "2E 02 00000007 00 0002 00").good();

    assertThat(unit.device.calls())
        .containsExactly(
            new Call(Operation.WRITE, 3584, 1024, true),
            new Call(Operation.READ, 3584, 1024, false));
    unit.initiator.send(pattern(512, 1), "2E 06 00000000 00 0001 00").invalidField(1, 2);
  }

  @Test
  void rangesBeyondTheEndAreRefusedAndTouchNothing() {
    TestUnit unit = TestUnit.small();
    byte[] data = pattern(1024, 1);

    unit.initiator.send("28 00 000007FF 00 0002 00").sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send(data, "2A 00 000007FF 00 0002 00").sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send("88 00 FFFFFFFFFFFFFFFF 00000002 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator
        .send(data, "8A 00 7FFFFFFFFFFFFFFF 00000002 00 00")
        .sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator
        .send(data, "8A 00 8000000000000000 00000002 00 00")
        .sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send("A8 00 00000000 FFFFFFFF 00 00").sense(Sense.LBA_OUT_OF_RANGE);
    unit.initiator.send("08 1FFFFF 01 00").sense(Sense.LBA_OUT_OF_RANGE);

    assertThat(unit.device.calls()).isEmpty();
    unit.initiator.send("28 00 000007FF 00 0001 00").good();
  }

  @Test
  void transfersLongerThanTheLimitAreRefused() {
    TestUnit unit = TestUnit.of(64 * MIB, 512);
    int limit = unit.unit.limits().transfer();

    unit.initiator.send("88 00 %016X %08X 00 00", 0, limit).good();
    unit.initiator.send("88 00 %016X %08X 00 00", 0, limit + 1).sense(Sense.INVALID_FIELD_IN_CDB);
    unit.initiator
        .send(new byte[512], "8A 00 %016X %08X 00 00", 0, limit + 1)
        .sense(Sense.INVALID_FIELD_IN_CDB);
  }

  @Test
  void protectionInformationIsRefused() {
    TestUnit unit = TestUnit.small();

    for (String form :
        List.of("28 %02X 00000000 00 0001 00", "88 %02X 0000000000000000 00000001 00 00")) {
      unit.initiator.send(form, 0x20).invalidField(1, 7);
      unit.initiator.send(form, 0xE0).invalidField(1, 7);
    }
    unit.initiator.send(new byte[512], "2A 20 00000000 00 0001 00").invalidField(1, 7);
  }

  @Test
  void reservedBitsAreRefusedAndPointedAt() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send("28 04 00000000 00 0001 00").invalidField(1, 2);
    unit.initiator.send("28 00 00000000 80 0001 00").invalidField(6, 7);
    unit.initiator.send("28 00 00000000 00 0001 04").invalidField(9, 2);
    unit.initiator.send("08 E00000 01 00").invalidField(1, 7);
    unit.initiator.send("88 00 0000000000000000 00000001 00 04").invalidField(15, 2);
  }

  @Test
  void aShortDataOutWritesItsWholeBlocks() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send(pattern(1024 + 100, 1), "2A 00 00000000 00 0004 00").good();

    assertThat(unit.device.bytes(0, 1024))
        .isEqualTo(java.util.Arrays.copyOf(pattern(1024 + 100, 1), 1024));
    assertThat(unit.device.bytes(1024, 1024)).containsOnly(0);
  }

  @Test
  void aReadOnlyMappingIsWriteProtected() {
    TestUnit unit = TestUnit.small();
    Initiator reader = new Initiator(unit.unit, "iqn.2026-01.example:r", true);

    reader.send("28 00 00000000 00 0001 00").good();
    for (String write :
        List.of(
            "2A 00 00000000 00 0001 00",
            "8E 00 0000000000000000 00000001 00 00",
            "42 00 00000000 00 0018 00",
            "93 00 0000000000000000 00000001 00 00",
            "89 00 0000000000000000 000000 01 00 00",
            "8B 00 0000000000000000 00000001 00 00",
            "9C 00 0000000000000000 0000 0001 00 00",
            "48 02 00000000 00 0000 00")) {
      reader.send(new byte[1024], write).sense(Sense.WRITE_PROTECTED);
    }
    unit.initiator.send(pattern(512, 1), "2A 00 00000000 00 0001 00").good();
  }

  @Test
  void aReadOnlyDeviceIsWriteProtectedForAll() {
    TestUnit unit = TestUnit.with(new BlockFeatures(true, true, true, 4096));

    unit.initiator.send(new byte[512], "2A 00 00000000 00 0001 00").sense(Sense.WRITE_PROTECTED);

    assertThat(unit.initiator.send("1A 00 3F 00 FF 00").data()[2] & 0x80).isEqualTo(0x80);
  }

  @ParameterizedTest
  @CsvSource({
    "MEDIUM_WRITE, 3, 0C00",
    "OUT_OF_SPACE, 7, 2707",
    "READ_ONLY, 7, 2700",
    "GONE, 5, 2500",
    "OUT_OF_RANGE, 5, 2100",
    "INTERNAL, 4, 4400"
  })
  void troubleOfTheDeviceBecomesItsSense(Kind kind, int key, String code) {
    TestUnit unit = TestUnit.small();
    unit.device.failNext(Operation.WRITE, kind);

    Sense sense = (Sense) unit.initiator.send(new byte[512], "2A 00 00000000 00 0001 00").outcome();

    assertThat(sense.key()).isEqualTo(key);
    assertThat(sense.code()).isEqualTo(Integer.parseInt(code, 16));
    assertThat(unit.initiator.mapped().statistics().failures()).isEqualTo(1);
    unit.initiator.send(new byte[512], "2A 00 00000000 00 0001 00").good();
  }

  @Test
  void aFailedReadIsAnUnrecoveredReadError() {
    TestUnit unit = TestUnit.small();
    unit.device.failNext(Operation.READ, Kind.MEDIUM_READ);

    unit.initiator.send("28 00 00000000 00 0001 00").sense(Sense.UNRECOVERED_READ);
  }

  @Test
  void aCommandEndsWhenItsDeviceSaysSo() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = TestUnit.completingOn(held::add);

    TestTask read = unit.initiator.send("28 00 00000000 00 0001 00");
    assertThat(read.isPending()).isTrue();
    held.remove().run();

    assertThat(read.data()).hasSize(512);
    assertThat(unit.initiator.mapped().statistics().reads()).isEqualTo(1);
    assertThat(unit.initiator.mapped().statistics().readBytes()).isEqualTo(512);
  }

  @Test
  void synchronizeCacheFlushes() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send("35 00 00000000 00 0000 00").good();
    unit.initiator.send("91 02 0000000000000000 00000008 00 00").good();
    assertThat(unit.device.count(Operation.FLUSH)).isEqualTo(2);

    unit.initiator.send("35 00 00000800 00 0001 00").sense(Sense.LBA_OUT_OF_RANGE);
    unit.device.failNext(Operation.FLUSH, Kind.MEDIUM_WRITE);
    unit.initiator.send("35 00 00000000 00 0000 00").sense(Sense.WRITE_ERROR);
  }

  @Test
  void prefetchSaysThatTheBlocksFit() {
    TestUnit unit = TestUnit.small();

    assertThat(unit.initiator.send("34 00 00000000 00 0008 00").outcome())
        .isEqualTo(io.lunette.scsi.Outcome.CONDITION_MET);
    unit.initiator.send("90 02 0000000000000000 00000008 00 00").good();
    unit.initiator.send("34 00 00000800 00 0001 00").sense(Sense.LBA_OUT_OF_RANGE);
  }
}
