/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitTraits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InquiryTest {

  private final TestUnit unit = TestUnit.small();

  private record Designator(int association, int type, byte[] value) {}

  private byte[] page(TestUnit of, int code) {
    byte[] page = of.initiator.send("12 01 %02X 0400 00", code).data();
    assertThat(page[0]).isZero();
    assertThat(page[1] & 0xFF).isEqualTo(code);
    assertThat(ByteBuffer.wrap(page).getShort(2)).isEqualTo((short) (page.length - 4));
    return page;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }

  @Test
  void standardDataDescribeADiskThatCopies() {
    byte[] data = unit.initiator.send("12 00 00 00FF 00").data();

    assertThat(data).hasSize(96);
    assertThat(data[0]).isZero();
    assertThat(data[2]).isEqualTo((byte) 6);
    assertThat(data[3] & 0x0F).isEqualTo(2);
    assertThat(data[4]).isEqualTo((byte) 91);
    assertThat(data[5] & 0x08).as("3PC").isEqualTo(8);
    assertThat(data[6] & 0x10).as("MULTIP").isEqualTo(0x10);
    assertThat(data[7] & 0x02).as("CMDQUE").isEqualTo(2);
    assertThat(text(data, 8, 36)).isEqualTo("LUNETTE VIRTUAL-DISK    0001");
  }

  @Test
  void theAllocationLengthCutsTheData() {
    assertThat(unit.initiator.send("12 00 00 0005 00").data()).hasSize(5);
    assertThat(unit.initiator.send("12 00 00 0000 00").data()).isEmpty();
  }

  @Test
  void pagesWithoutEvpdAndUnknownPagesAreRefused() {
    unit.initiator.send("12 00 80 00FF 00").invalidField(2, 7);
    unit.initiator.send("12 01 C0 00FF 00").invalidField(2, 7);
    unit.initiator.send("12 02 00 00FF 00").invalidField(1, 1);
  }

  @Test
  void everyPageOfTheListIsThereAndNoOther() {
    byte[] list = page(unit, 0x00);
    List<Integer> listed = new ArrayList<>();
    for (int i = 4; i < list.length; i++) {
      listed.add(list[i] & 0xFF);
    }

    assertThat(listed).containsExactly(0x00, 0x80, 0x83, 0x86, 0x88, 0x8F, 0xB0, 0xB1, 0xB2);
    for (int code = 0; code < 256; code++) {
      if (listed.contains(code)) {
        page(unit, code);
      } else {
        unit.initiator.send("12 01 %02X 0400 00", code).invalidField(2, 7);
      }
    }
  }

  @Test
  void theSerialNumberIsTheIdentity() {
    byte[] page = page(unit, 0x80);

    assertThat(text(page, 4, page.length)).isEqualTo("0123456789abcdef0123456789abcdef");
  }

  @Test
  void designatorsNameTheUnitThePortAndTheDevice() {
    ByteBuffer page = ByteBuffer.wrap(page(unit, 0x83)).position(4);
    List<Designator> designators = new ArrayList<>();
    while (page.hasRemaining()) {
      page.get();
      int kind = page.get();
      page.get();
      byte[] value = new byte[page.get() & 0xFF];
      page.get(value);
      designators.add(new Designator(kind >> 4 & 3, kind & 15, value));
    }

    assertThat(designators)
        .extracting(Designator::association, Designator::type)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, 1),
            org.assertj.core.groups.Tuple.tuple(0, 3),
            org.assertj.core.groups.Tuple.tuple(1, 5),
            org.assertj.core.groups.Tuple.tuple(1, 4),
            org.assertj.core.groups.Tuple.tuple(1, 8),
            org.assertj.core.groups.Tuple.tuple(2, 8));
    assertThat(designators.get(1).value()).hasSize(8);
    assertThat(designators.get(1).value()[0] >> 4 & 15).isEqualTo(3);
    assertThat(designators.get(4).value().length % 4).isZero();
    assertThat(text(designators.get(4).value(), 0, 29))
        .isEqualTo("iqn.2026-01.example:t,t,0x0001".substring(0, 29));
    assertThat(text(designators.get(5).value(), 0, 21)).isEqualTo("iqn.2026-01.example:t");
    assertThat(designators.get(5).value()[21]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void theGrainOfTheDeviceIsPreferred(int block) {
    TestUnit sized = TestUnit.of(MIB, block);
    ByteBuffer page = ByteBuffer.wrap(page(sized, 0xB0));

    assertThat(page.getShort(6)).as("OPTIMAL TRANSFER LENGTH GRANULARITY").isEqualTo(grain(block));
    assertThat(page.getInt(8)).isEqualTo((32 << 20) / block);
    assertThat(page.getInt(28))
        .as("OPTIMAL UNMAP GRANULARITY")
        .isEqualTo(grain(block) == 1 ? 0 : grain(block));
    assertThat(page.get(5) & 0xFF).isEqualTo(Math.min(255, 65536 / block));
  }

  @Test
  void theUnitInWhichADiscardGivesSpaceBackIsPreferredForUnmap() {
    TestUnit coarse = TestUnit.with(new BlockFeatures(false, true, true, 65536));
    ByteBuffer page = ByteBuffer.wrap(page(coarse, 0xB0));

    assertThat(page.getInt(28)).as("OPTIMAL UNMAP GRANULARITY").isEqualTo(65536 / 512);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void theGrainOfTheDeviceIsThePhysicalBlockOfAUnitThatIsAskedToTellIt(int block) {
    UnitTraits telling = UnitTraits.DISK.withPhysicalBlock(true);

    assertThat(block << physicalBlockExponent(block, telling)).isEqualTo(4096);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void aPhysicalBlockHasOneLogicalIfNothingIsSaid(int block) {
    assertThat(physicalBlockExponent(block, UnitTraits.DISK)).isZero();
  }

  private static byte physicalBlockExponent(int block, UnitTraits traits) {
    TestUnit sized = new TestUnit(MemoryBlockDevice.inline(MIB, block), traits);
    return sized.initiator.send("9E 10 0000000000000000 00000020 00 00").data()[13];
  }

  private static short grain(int block) {
    return (short) (4096 / block);
  }

  @Test
  void blockLimitsAreThoseThatAreEnforced() {
    ByteBuffer page = ByteBuffer.wrap(page(unit, 0xB0));

    assertThat(page.capacity()).isEqualTo(64);
    assertThat(page.get(4)).as("WSNZ").isZero();
    assertThat(page.get(5) & 0xFF).isEqualTo(unit.unit.limits().compareAndWrite());
    assertThat(page.getInt(8)).isEqualTo(65536);
    assertThat(page.getInt(20)).isEqualTo(1 << 20);
    assertThat(page.getInt(24)).isEqualTo(256);
    assertThat(page.getLong(36)).as("MAXIMUM WRITE SAME LENGTH").isZero();
    assertThat(page.getInt(44)).isEqualTo(unit.unit.limits().atomic()).isEqualTo(256);
    assertThat(page.getInt(48)).as("no alignment").isZero();
    assertThat(page.getInt(52)).as("granularity").isEqualTo(1);
    assertThat(page.getLong(56)).as("no boundary").isZero();
  }

  @Test
  void aThickUnitOffersNoUnmapping() {
    TestUnit thick = TestUnit.with(new BlockFeatures(false, false, false, 0));

    assertThat(ByteBuffer.wrap(page(thick, 0xB0)).getInt(20)).isZero();
    assertThat(page(thick, 0xB2)[5]).isZero();
    assertThat(page(thick, 0xB2)[6]).isZero();
    assertThat(thick.initiator.send("9E 10 0000000000000000 00000020 00 00").data()[14]).isZero();
    thick.initiator.send(new byte[24], "42 00 00000000 00 0018 00").sense(Sense.INVALID_OPCODE);
    thick.initiator.send(new byte[512], "93 08 0000000000000000 00000001 00 00").invalidField(1, 3);
  }

  @Test
  void aThinUnitSaysSo() {
    assertThat(page(unit, 0xB2)[5] & 0xFF).isEqualTo(0xE4);
    assertThat(page(unit, 0xB2)[6]).isEqualTo((byte) 2);
    assertThat(page(unit, 0xB1)[5]).isEqualTo((byte) 1);
    assertThat(page(unit, 0xB1)[7]).as("WABEREQ").isEqualTo((byte) 0x40);
    assertThat(page(unit, 0x86)[5]).isEqualTo((byte) 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void capacityIsTheLastBlockAndTheBlockSize(int block) {
    TestUnit sized = TestUnit.of(MIB, block);

    ByteBuffer ten = sized.initiator.send("25 00 00000000 0000 00 00").reply();
    ByteBuffer sixteen = sized.initiator.send("9E 10 0000000000000000 00000020 00 00").reply();

    assertThat(ten.getInt(0)).isEqualTo((int) (MIB / block - 1));
    assertThat(ten.getInt(4)).isEqualTo(block);
    assertThat(sixteen.capacity()).isEqualTo(32);
    assertThat(sixteen.getLong(0)).isEqualTo(MIB / block - 1);
    assertThat(sixteen.getInt(8)).isEqualTo(block);
    assertThat(sixteen.getShort(14) & 0xFFFF).isEqualTo(0xC000);
  }

  @Test
  void theShortFormSaysThatACapacityIsTooLargeForIt() {
    TestUnit large = TestUnit.of(4L << 40, 512);

    assertThat(large.initiator.send("25 00 00000000 0000 00 00").reply().getInt(0)).isEqualTo(-1);
    assertThat(large.initiator.send("9E 10 0000000000000000 0000000C 00 00").reply().getLong(0))
        .isEqualTo((8L << 30) - 1);
  }

  @Test
  void anAddressWithoutPmiIsRefused() {
    unit.initiator.send("25 00 00000001 0000 00 00").invalidField(2, 7);
    unit.initiator.send("9E 10 0000000000000001 00000020 00 00").invalidField(2, 7);
    unit.initiator.send("9E 10 0000000000000001 00000020 01 00").good();
    unit.initiator.send("9E 1E 0000000000000000 00000020 00 00").invalidField(1, 4);
  }
}
