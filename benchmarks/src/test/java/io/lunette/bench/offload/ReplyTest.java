/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What units say of themselves, in bytes as SPC-4 and SBC-3 lay them out. */
class ReplyTest {

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @Test
  void aRegisteredNameIsTakenBeforeTheVendorsAndOneOfThePortNever() {
    ByteBuffer page =
        bytes(
            "00 83 00 26"
                + "02 01 00 06 4c494f2d4f52" // T10 vendor id, ASCII
                + "01 13 00 08 5001405000000001" // NAA of the port
                + "01 03 00 08 6001405000000002" // NAA of the unit
                + "01 14 00 00");

    Designator best = Designator.best(page).orElseThrow();

    assertThat(best.type()).isEqualTo(3);
    assertThat(best.codeSet()).isEqualTo(1);
    assertThat(best.name()).isEqualTo(HexFormat.of().parseHex("6001405000000002"));
  }

  @Test
  void aPageThatLiesAboutItsLengthsHasNoName() {
    assertThat(Designator.best(bytes("00 83 00 10 01 03 00 08 60014050"))).isEmpty();
    assertThat(Designator.best(bytes("00 83 00 00"))).isEmpty();
  }

  @Test
  void aCopyManagerOfOneSegmentAtATimeIsAskedForThat() {
    // As the kernel's target states it: 16 MiB a segment, of 512 bytes' granularity, one at a time.
    CopyLimits limits =
        CopyLimits.of(
            bytes(
                "00 00 00 2a 01 00 00 00 00 02 00 01 00 00 04 00 01 00 00 00 00 00 00 00"
                    + "00 00 00 00 00 00 00 00 00 00 00 01 01 09 09 09 00 00 00 02 02 e4"));

    assertThat(limits.withoutListId()).isTrue();
    assertThat(limits.concurrent()).isEqualTo(1);
    assertThat(limits.blockToBlock()).isTrue();
    assertThat(limits.segmentBlocks(512)).isEqualTo(32_768);
    assertThat(limits.segmentBlocks(4096)).isEqualTo(4096);
  }

  @Test
  void aCopyManagerWithoutBlockToBlockIsSeen() {
    ByteBuffer data = ByteBuffer.allocate(46).put(43, (byte) 2).put(44, (byte) 1);

    assertThat(CopyLimits.of(data).blockToBlock()).isFalse();
  }

  @Test
  void progressIsReadFromEitherFormat() {
    SenseData fixed = SenseData.of(bytes("70 00 02 00000000 0a 00000000 04 1b 00 80 4000"));
    SenseData inDescriptors = SenseData.of(bytes("72 02 04 1b 000000 08 02 06 0000 80 8000 00"));

    assertThat(fixed.isSanitizing()).isTrue();
    assertThat(fixed.progress()).isEqualTo(0x4000);
    assertThat(inDescriptors.isSanitizing()).isTrue();
    assertThat(inDescriptors.progress()).isEqualTo(0x8000);
  }

  @Test
  void senseThatIsCutShortHasNoProgress() {
    assertThat(SenseData.of(bytes("70 00 02")).progress()).isEqualTo(-1);
    assertThat(SenseData.of(bytes("72 02 04 1b 000000 ff 02 00")).progress()).isEqualTo(-1);
  }

  @Test
  void limitsOfAShortPageAreUnstated() {
    BlockLimits limits = BlockLimits.of(bytes("00 b0 00 0c 00 00 0000 00000000 00000000"));

    assertThat(limits).isEqualTo(BlockLimits.UNSTATED);
  }
}
