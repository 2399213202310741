/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The initiator that most servers run: Linux's, by iscsiadm, in a machine of its own. It finds the
 * target, logs in over two portals with mutual CHAP and both digests, is sent on by a third, and
 * then does to its disks what Linux and sg3-utils do to disks; the target is grown and killed under
 * it.
 */
class LinuxInitiatorIT {

  private static final String INITIATOR = "iqn.2026-11.test:linux";
  private static final String SECRET = "secret-of-linux";
  private static final String PROOF = "secret-of-array";
  private static final String HOST = "10.0.2.2:";

  @TempDir Path directory;
  private ServedHome served;
  private String[] portals;
  private Path proof;
  private Path image;

  @BeforeEach
  void start() throws Exception {
    image = Files.createDirectory(directory.resolve("image"));
    GuestImage.initiator(image);
    String first = LocalAddress.next();
    String moved = LocalAddress.next();
    portals =
        new String[] {
          "--portal",
          first,
          "--portal",
          LocalAddress.next() + ",2",
          "--portal",
          moved,
          "--redirect",
          moved + "=" + HOST + port(first)
        };
    proof = secretFile("proof", PROOF);
    served = new ServedHome(directory);
    serve();
    served.call(
        "server",
        "add",
        "linux",
        "--iqn",
        INITIATOR,
        "--chap-user",
        "linux",
        "--chap-secret-file",
        secretFile("secret", SECRET).toString());
    served.call("volume", "create", "data", "--size", "64M");
    served.call("volume", "map", "data", "--server", "linux", "--lun", "0");
    served.call("volume", "create", "sealed", "--size", "64M");
    served.call("volume", "map", "sealed", "--server", "linux", "--lun", "1", "--read-only");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Path secretFile(String name, String content) throws Exception {
    Path file =
        Files.createFile(
            directory.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, content);
  }

  private void serve() throws Exception {
    List<String> options = new ArrayList<>(Arrays.asList(portals));
    options.addAll(
        List.of("--mutual-chap-user", "array", "--mutual-chap-secret-file", proof.toString()));
    if (!Files.exists(served.home)) {
      options.addAll(List.of("--pool-size", "1G"));
    }
    served.start(options.toArray(String[]::new));
  }

  private static String port(String portal) {
    return portal.substring(portal.lastIndexOf(':') + 1).replaceAll(",.*", "");
  }

  private Machine boot() throws Exception {
    String script =
        String.join(
                "\n",
                "portal=" + HOST + port(portals[1]),
                "other=" + HOST + port(portals[3]),
                "moved=" + HOST + port(portals[5]),
                "target=" + served.target(),
                "initiator=" + INITIATOR,
                "user=linux",
                "secret=" + SECRET,
                "proof=" + PROOF,
                "")
            + new String(
                getClass().getResourceAsStream("linux-initiator.sh").readAllBytes(),
                StandardCharsets.UTF_8);
    // A disk has whole sectors.
    Path disk = Files.writeString(directory.resolve("script"), script + "\n".repeat(512));
    return Machine.start(
        List.of(
            "-kernel",
            image.resolve("vmlinuz").toString(),
            "-initrd",
            image.resolve("initrd.img").toString(),
            "-append",
            "console=ttyS0 quiet panic=5 cryptomgr.notests no_timer_check",
            "-drive",
            "if=virtio,format=raw,readonly=on,file=" + disk,
            "-netdev",
            "user,id=lan",
            "-device",
            "virtio-net-pci,netdev=lan"));
  }

  /** Whether what the script has the guest write before it sanitizes its disk is there. */
  private boolean isMarkInPool() throws Exception {
    return Bytes.occurAnywhereIn(
        served.home.resolve("pool.lunette"),
        "what the guest wrote".getBytes(StandardCharsets.US_ASCII));
  }

  private static void hear(Machine machine, String... lines) throws Exception {
    for (String line : lines) {
      machine.hear(Pattern.compile("LINUX " + Pattern.quote(line) + "\\s"));
    }
  }

  @Test
  void aLinuxKernelFindsUsesAndKeepsItsDisks() throws Exception {
    try (Machine machine = boot()) {
      hear(
          machine,
          "discovery-without-secret status=24",
          "discovery-of-an-impostor status=19",
          "found " + portals[1] + ",1=" + served.target(),
          "found " + portals[3] + "=" + served.target(),
          "login status=0",
          "login status=0",
          "login-at-the-moved status=0",
          "portal " + HOST + port(portals[5]) + ",1=" + HOST + port(portals[1]) + ",1",
          "logout-of-the-moved status=0",
          "HeaderDigest:CRC32C",
          "DataDigest:CRC32C",
          "HeaderDigest:CRC32C",
          "DataDigest:CRC32C",
          "bytes 67108864 67108864",
          "file is the same on the other path",
          "write-to-sealed status=1",
          "discard status=0",
          "discarded reads as zeroes");
      hear(
          machine,
          "page-di status=0",
          "page-bl status=0",
          "page-lbpv status=0",
          "opcodes status=0",
          "statistics status=0",
          "self-test status=0",
          "port-groups status=0",
          "register status=0",
          "reserve status=0",
          "write-against-reservation status=1",
          "preempt-by-stranger status=24",
          "release status=0",
          "unregister status=0",
          "write-after-release status=0");
      hear(
          machine,
          "copy status=0",
          "copied is the same",
          "compare-and-write status=0",
          "compare-and-write-again status=14",
          "write-same status=0",
          "unmap status=0",
          "mapping status=0",
          "reset status=0",
          "attention status=6",
          "no-more-attention status=0",
          "waits to be searched");
      assertThat(isMarkInPool()).isTrue();
      served.call("volume", "resize", "sealed", "--size", "65M");
      hear(machine, "sanitize status=0", "sanitized reads as zeroes", "waits to grow");
      assertThat(isMarkInPool()).isFalse();
      served.call("volume", "resize", "data", "--size", "96M");
      hear(machine, "grown " + (96 << 20), "wrote 10");
      served.kill();
      serve();
      hear(machine, "wrote 39", "has read what it wrote", "logout status=0", "ends");
      assertThat(machine.finish()).doesNotContain("LINUX lost").doesNotContain("LINUX misses");
    }
    assertThat(served.call("status").path("sessions")).isEmpty();
  }
}
