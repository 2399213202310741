/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.volume.AccessMode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The target as libiscsi's tools and QEMU see it. */
class ForeignInitiatorIT {

  private static final int SIZE = 64 << 20;

  @TempDir Path scratch;
  private ServedTarget served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedTarget();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private void mapToAll(int lun, String name) throws Exception {
    served.target().mapForAll(lun, unit(served.volume(name, SIZE), name));
  }

  private Path image() throws Exception {
    Path image = scratch.resolve("image.raw");
    byte[] some = new byte[8 << 20];
    new Random(7).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.write(some);
      file.seek(SIZE - 4096);
      file.write(some, 0, 4096);
    }
    return image;
  }

  @Test
  void discoveryNamesTheTargetItsPortalAndTheLuns() throws Exception {
    mapToAll(0, "v0");
    mapToAll(5, "v5");

    assertThat(ForeignTool.succeed("iscsi-ls", "-s", "iscsi://" + served.portal()))
        .contains("Target:" + ServedTarget.NAME + " Portal:" + served.portal() + ",1")
        .contains("Lun:0 ")
        .contains("Lun:5 ");
  }

  @Test
  void inquiryAndCapacityTellWhatIsServed() throws Exception {
    mapToAll(0, "v0");

    assertThat(ForeignTool.succeed("iscsi-inq", served.url(0)))
        .contains("DIRECT_ACCESS")
        .contains("Vendor:LUNETTE");
    assertThat(ForeignTool.succeed("iscsi-readcapacity16", served.url(0)))
        .contains("LBPME:1 LBPRZ:1")
        .contains("Total size:" + SIZE);
  }

  @Test
  void qemuWritesAnImageAndReadsItBack() throws Exception {
    mapToAll(0, "v0");
    Path image = image();
    Path back = scratch.resolve("back.raw");

    ForeignTool.succeed(
        "qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), served.url(0));
    ForeignTool.succeed(
        "qemu-img", "convert", "-f", "raw", "-O", "raw", served.url(0), back.toString());

    assertThat(Files.mismatch(image, back)).isEqualTo(-1);
  }

  /** Long reads of blocks whose state it does not know yet, which it asks for first. */
  @Test
  void qemuReadsAThinUnitOf4096ByteBlocks() throws Exception {
    served.target().mapForAll(7, unit(MemoryBlockDevice.inline(8 << 20, 4096), "v7"));

    ForeignTool.succeed("qemu-io", "-f", "raw", "-c", "write -P 7 0 1M", served.url(7));
    String output =
        ForeignTool.succeed(
            "qemu-io",
            "-f",
            "raw",
            "-c",
            "read -P 7 0 1M",
            "-c",
            "discard 0 1M",
            "-c",
            "read -P 0 0 2M",
            served.url(7));

    assertThat(output)
        .contains("read 1048576/1048576")
        .contains("read 2097152/2097152")
        .doesNotContain("Pattern verification failed");
  }

  @Test
  void qemuWritesFlushesDiscardsAndZeroes() throws Exception {
    mapToAll(0, "v0");

    String output =
        ForeignTool.succeed(
            "qemu-io",
            "-f",
            "raw",
            "-c",
            "write -P 0xa5 1M 12M",
            "-c",
            "write -f -P 0x5a 512 512",
            "-c",
            "flush",
            "-c",
            "discard 2M 1M",
            "-c",
            "write -z 4M 1M",
            "-c",
            "read -P 0xa5 1M 1M",
            "-c",
            "read -P 0 2M 1M",
            "-c",
            "read -P 0xa5 3M 1M",
            "-c",
            "read -P 0 4M 1M",
            "-c",
            "read -P 0xa5 5M 8M",
            "-c",
            "read -P 0x5a 512 512",
            served.url(0));

    assertThat(output).doesNotContain("Pattern verification failed");
  }

  @Test
  void aSecondOfRandomReadsByLibiscsiLosesNothing() throws Exception {
    mapToAll(0, "v0");

    assertThat(
            ForeignTool.succeed(
                "iscsi-perf", "-r", "-m", "32", "-b", "8", "-t", "1", served.url(0)))
        .contains("finished.");
  }

  @Test
  void deepQueuesOfQemuAreServed() throws Exception {
    mapToAll(0, "v0");

    assertThat(
            ForeignTool.succeed(
                "qemu-img",
                "bench",
                "-w",
                "-f",
                "raw",
                "-t",
                "none",
                "-c",
                "4000",
                "-d",
                "128",
                "-s",
                "65536",
                served.url(0)))
        .contains("Run completed");
    assertThat(
            ForeignTool.succeed(
                "qemu-img",
                "bench",
                "-f",
                "raw",
                "-t",
                "none",
                "-c",
                "4000",
                "-d",
                "128",
                "-s",
                "65536",
                served.url(0)))
        .contains("Run completed");
  }

  @Test
  void anInitiatorSeesItsOwnLunsAndNoOthers() throws Exception {
    served.target().map(ALICE, 3, unit(served.volume("hers", SIZE), "hers"));

    assertThat(
            ForeignTool.succeed(
                "iscsi-ls", "-s", "-i", ALICE.value(), "iscsi://" + served.portal()))
        .contains("Lun:3 ");
    assertThat(
            ForeignTool.run("iscsi-ls", "-s", "-i", BOB.value(), "iscsi://" + served.portal())
                .output())
        .doesNotContain("Lun:");
    assertThat(ForeignTool.run("iscsi-inq", "-i", BOB.value(), served.url(3)).output())
        .doesNotContain("LUNETTE");

    served.target().unmap(ALICE, 3);

    assertThat(
            ForeignTool.run("iscsi-ls", "-s", "-i", ALICE.value(), "iscsi://" + served.portal())
                .output())
        .doesNotContain("Lun:3");
  }

  @Test
  void aReadOnlyLunTakesNoWrites() throws Exception {
    served.target().mapForAll(0, unit(served.volume("fixed", SIZE), "fixed", AccessMode.READ_ONLY));

    assertThat(
            ForeignTool.run("qemu-io", "-f", "raw", "-c", "write -P 1 0 4k", served.url(0))
                .status())
        .isNotZero();
    ForeignTool.succeed("qemu-io", "-r", "-f", "raw", "-c", "read -P 0 0 4k", served.url(0));
  }

  @Test
  void chapLetsInWhoKnowsTheSecret() throws Exception {
    mapToAll(0, "v0");
    served.require(ALICE, "alice", "alice-secret-1");
    String alice = ALICE.value();

    assertThat(
            ForeignTool.succeed("iscsi-inq", "-i", alice, served.url("alice", "alice-secret-1", 0)))
        .contains("LUNETTE");
    assertThat(ForeignTool.run("iscsi-inq", "-i", alice, served.url("alice", "wrong-secret-1", 0)))
        .matches(run -> run.status() != 0)
        .matches(run -> run.output().contains("Authentication failure"));
    assertThat(
            ForeignTool.run("iscsi-inq", "-i", alice, served.url("bob", "alice-secret-1", 0))
                .output())
        .contains("Authentication failure");
    assertThat(ForeignTool.run("iscsi-inq", "-i", alice, served.url(0)).output())
        .contains("Authentication failure");
  }

  @Test
  void theTargetProvesItselfByMutualChap() throws Exception {
    mapToAll(0, "v0");
    served.require(ALICE, "alice", "alice-secret-1");
    String url = served.url("alice", "alice-secret-1", 0) + "?target_user=target&target_password=";

    assertThat(ForeignTool.succeed("iscsi-inq", "-i", ALICE.value(), url + "target-secret-1"))
        .contains("LUNETTE");
    assertThat(ForeignTool.run("iscsi-inq", "-i", ALICE.value(), url + "another-secret").output())
        .contains("Invalid CHAP_R response from the target");
  }

  @Test
  void digestsProtectHeadersAndData() throws Exception {
    mapToAll(0, "v0");

    String output =
        ForeignTool.succeed(
            "qemu-io",
            "--image-opts",
            "-c",
            "write -P 0x11 0 1M",
            "-c",
            "read -P 0x11 0 1M",
            "driver=raw,file.driver=iscsi,file.transport=tcp,file.header-digest=crc32c,file.portal="
                + served.portal()
                + ",file.target="
                + ServedTarget.NAME
                + ",file.lun=0");

    assertThat(output).doesNotContain("failed");
  }
}
