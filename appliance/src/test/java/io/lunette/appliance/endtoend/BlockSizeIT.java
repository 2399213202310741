/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.SingleTargetOptions;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PortalOptions;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's tools on units of either logical block. */
class BlockSizeIT {

  private static final int MIB = 1 << 20;
  private static final long SIZE = 64L << 20;
  private static final PortalOptions PORTAL = PortalOptions.of(HostPort.parse("127.0.0.1:0"));

  @TempDir Path directory;

  private SingleTargetOptions.Builder options(int blockBytes) {
    return SingleTargetOptions.builder(
            directory.resolve("pool"), SIZE, PORTAL, "iqn.2026-11.io.lunette:blocks")
        .blockBytes(blockBytes);
  }

  private Path image() throws Exception {
    Path image = directory.resolve("image.raw");
    byte[] some = new byte[8 << 20];
    new Random(4096).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.write(some);
      file.seek(SIZE - 4096);
      file.write(some, 0, 4096);
    }
    return image;
  }

  private static String url(SingleTarget target) {
    return target.url();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void anImageIsWrittenComparedAndReadBackAfterARestart(int blockBytes) throws Exception {
    String image = image().toString();
    try (SingleTarget target = SingleTarget.start(options(blockBytes).build())) {
      assertThat(ForeignTool.succeed("iscsi-readcapacity16", url(target)))
          .contains("LOGICAL BLOCK LENGTH IN BYTES:" + blockBytes)
          .contains("Total size:" + SIZE);
      ForeignTool.succeed(
          "qemu-img", "convert", "-n", "-O", "raw", "-f", "raw", image, url(target));
    }
    try (SingleTarget target = SingleTarget.start(options(blockBytes).build())) {
      assertThat(
              ForeignTool.succeed(
                  "qemu-img", "compare", "-f", "raw", "-F", "raw", image, url(target)))
          .contains("Images are identical");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void whatIsDiscardedOrZeroedReadsAsZeroes(int blockBytes) throws Exception {
    int block = blockBytes;
    List<String> commands =
        List.of(
            "write -P 0xa5 0 8M",
            "discard 1M 2M",
            "write -z 4M 1M",
            "write -f -P 0x5a " + block + " " + block,
            "flush");
    Path back = directory.resolve("back.raw");
    try (SingleTarget target = SingleTarget.start(options(blockBytes).build())) {
      String image =
          "driver=raw,discard=unmap,file.driver=iscsi,file.transport=tcp,file.portal="
              + url(target).split("/")[2]
              + ",file.target=iqn.2026-11.io.lunette:blocks,file.lun=0";
      String output = ForeignTool.succeed(ForeignTool.qemuIo(image, commands));

      assertThat(output).contains("discard 2097152/2097152");
      ForeignTool.succeed(
          "qemu-img", "convert", "-f", "raw", "-O", "raw", url(target), back.toString());
    }
    assertThat(bytes(back, 0, block)).containsOnly(0xa5);
    assertThat(bytes(back, block, block)).containsOnly(0x5a);
    assertThat(bytes(back, 2 * block, MIB - 2 * block)).containsOnly(0xa5);
    assertThat(bytes(back, MIB, 2 * MIB)).containsOnly(0);
    assertThat(bytes(back, 3 * MIB, MIB)).containsOnly(0xa5);
    assertThat(bytes(back, 4 * MIB, MIB)).containsOnly(0);
    assertThat(bytes(back, 5 * MIB, 3 * MIB)).containsOnly(0xa5);
  }

  @ParameterizedTest
  @CsvSource({"512,false,0", "512,true,3", "4096,false,0", "4096,true,0"})
  void theBlockOfTheEngineIsThePhysicalOneWhereThatIsSaid(int block, boolean told, int exponent)
      throws Exception {
    try (SingleTarget target = SingleTarget.start(options(block).physicalBlock(told).build())) {
      assertThat(ForeignTool.succeed("iscsi-readcapacity16", url(target)))
          .contains("LOGICAL BLOCKS PER PHYSICAL BLOCK EXPONENT:" + exponent);
    }
  }

  /** Blocks 3 to 12 of 16: the end of one physical block, the beginning of the next. */
  @Test
  void blocksThatDoNotFillAPhysicalOneAreUnmappedAlone() throws Exception {
    byte[] list =
        ByteBuffer.allocate(24).putShort((short) 22).putShort((short) 16).putInt(0).array();
    ByteBuffer.wrap(list).putLong(8, 3).putInt(16, 10);
    byte[] zeroes = new byte[512];
    try (SingleTarget target = SingleTarget.start(options(512).build());
        ScsiSession session = session(target)) {
      for (byte value : new byte[] {1, 2}) {
        byte[] some = new byte[16 * 512];
        Arrays.fill(some, value);
        assertThat(session.send(some, 0, 0x2A, 0, 0, 0, 0, 0, 0, 0, 16).status()).isZero();
        ScsiSession.Answer unmapped =
            value == 1
                ? session.send(list, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 24)
                : session.send(zeroes, 0, 0x41, 8, 0, 0, 0, 3, 0, 0, 10);
        assertThat(unmapped.status()).isZero();

        byte[] read = session.send(new byte[0], 16 * 512, 0x28, 0, 0, 0, 0, 0, 0, 0, 16).data();
        Arrays.fill(some, 3 * 512, 13 * 512, (byte) 0);
        assertThat(Arrays.mismatch(read, some)).as("first byte that differs").isEqualTo(-1);
      }
    }
  }

  private static ScsiSession session(SingleTarget target) throws Exception {
    String[] url = target.url().split("/");
    return new ScsiSession(url[2], url[3], "iqn.2026-11.test:a");
  }

  private static byte[] bytes(Path file, int offset, int length) throws Exception {
    byte[] bytes = new byte[length];
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      open.seek(offset);
      open.readFully(bytes);
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void aVolumeIsNotServedInBlocksThatItDoesNotHave(int blockBytes) throws Exception {
    SingleTarget.start(options(blockBytes).build()).close();

    assertThatThrownBy(() -> SingleTarget.start(options(blockBytes == 512 ? 4096 : 512).build()))
        .isInstanceOf(ApplianceException.class)
        .hasMessageContaining("logical blocks of " + blockBytes + " bytes");
    assertThat(Files.exists(directory.resolve("pool"))).isTrue();
  }
}
