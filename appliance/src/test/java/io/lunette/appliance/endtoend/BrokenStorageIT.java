/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is under a pool goes wrong, as an operator meets it: in use already, cut off, a file system
 * that is full, a device that cannot be read. One clear line, the right exit status, and all else
 * goes on.
 */
class BrokenStorageIT {

  private static final String INITIATOR = "iqn.2026-11.test:keeper";
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void home() {
    served = new ServedHome(directory);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aPoolThatIsServedIsRefusedToEverybodyElse() throws Exception {
    served.start("--pool-size", "64M");
    String pool = served.home.resolve("pool.lunette").toString();

    for (List<String> command : commandsOn(pool)) {
      fails("in use by another Lunette process", command);
    }
    assertThat(served.call("volume", "list")).isEmpty();
  }

  @Test
  void aPoolThatIsCutOffIsRefusedWhereverItEnds() throws Exception {
    served.start("--pool-size", "64M");
    assertThat(served.stop()).isZero();
    PoolBytes whole = new PoolBytes(served.home.resolve("pool.lunette"));
    for (long size : new long[] {0, 100, 4096, 70_000, 3 * MIB, 40 * MIB}) {
      Path cut = whole.copyTo(directory.resolve("cut")).file();
      try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
        file.setLength(size);
      }
      byte[] before = Files.readAllBytes(cut);
      if (size < 4096) {
        for (List<String> command : commandsOn(cut.toString())) {
          fails("not a Lunette pool", command);
        }
      } else {
        fails("truncated: the pool has 67108864 bytes", commandsOn(cut.toString()).get(3));
        for (List<String> command : commandsOn(cut.toString()).subList(0, 3)) {
          reports("truncated: the pool has 67108864 bytes", command);
        }
      }
      assertThat(cut).hasBinaryContent(before);
    }
  }

  @Test
  void aFullFileSystemRefusesNewDataAndNothingElse() throws Exception {
    Path memory = Files.createDirectory(directory.resolve("memory"));
    ForeignTool mounted =
        ForeignTool.run("mount", "-t", "tmpfs", "-o", "size=32m", "lunette", memory.toString());
    assumeThat(mounted.status()).as(mounted.output()).isZero();
    try {
      served.start("--pool-file", memory.resolve("pool").toString(), "--pool-size", "256M");
      handOut();
      qemuIo("write -P 3 0 2M", "flush");
      Path ballast = fill(memory.resolve("ballast"));

      ForeignTool refused = write("write -P 5 3M 16M");

      assertThat(refused.output()).containsAnyOf("No space left on device", "0x2707");
      qemuIo("read -P 3 0 2M", "write -P 4 0 1M", "flush", "read -P 4 0 1M");
      assertThat(served.call("status").path("space").path("dirtyBytes").isNumber()).isTrue();
      fails("the file system is full", importOf("big", 24));
      served.call("release", "keeper");
      Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
      assertThat(Replicas.in(served, "QUARANTINED", "FAILED")).isZero();
      for (int value : new int[] {3, 4, 5}) {
        assertThat(Bytes.occurIn(memory.resolve("pool"), Bytes.block(value))).isFalse();
      }
      assertThat(served.stop()).isZero();
      served.start("--pool-file", memory.resolve("pool").toString());
      served.call("allocate", "keeper", "--tenant", "acme", "--image", "web");
      qemuIo("read -P 1 0 4k", "read -P 0 4k 60k");

      Files.delete(ballast);

      qemuIo("write -P 5 3M 8M", "flush", "read -P 5 3M 8M");
    } finally {
      served.close();
      ForeignTool.succeed("umount", "-l", memory.toString());
    }
  }

  @Test
  void aDeviceThatCannotBeReadIsAnErrorOfWhatNeedsItAndIsNamed() throws Exception {
    Path disk = directory.resolve("disk");
    setLength(disk, 96 * MIB);
    ForeignTool loop = ForeignTool.run("losetup", "--find", "--show", disk.toString());
    assumeThat(loop.status()).as(loop.output()).isZero();
    String device = loop.output().strip();
    try {
      assertThat(served.run("pool", "create", device).status()).isZero();
      served.start("--pool-file", device);
      handOut();
      qemuIo("write -P 3 0 4M", "flush");

      // What a loop device lost of its file cannot be read; what is written is there again.
      setLength(disk, 5 * MIB);
      ForeignTool.succeed("blockdev", "--flushbufs", device);

      assertThat(write("read 0 64k").output()).contains("read failed: Input/output error");
      qemuIo("write -P 5 0 4M", "flush", "read -P 5 0 4M");
      served.call("release", "keeper");
      Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
      assertThat(served.stop()).isZero();
      for (int value : new int[] {3, 5}) {
        assertThat(Bytes.occurIn(disk, Bytes.block(value))).isFalse();
      }

      setLength(disk, 0);
      ForeignTool.succeed("blockdev", "--flushbufs", device);
      fails("Input/output error", commandsOn(device).get(3));
      for (List<String> command : commandsOn(device).subList(0, 3)) {
        reports("superblock A at byte 0", command);
      }
    } finally {
      served.close();
      ForeignTool.succeed("losetup", "-d", device);
    }
  }

  /** Check, repair and dump, which report, and target, which serves. */
  private static List<List<String>> commandsOn(String pool) {
    return List.of(
        List.of("pool", "check", pool),
        List.of("pool", "check", "--repair", pool),
        List.of("pool", "dump", pool),
        List.of("target", "--file", pool, "--size", "1M", "--portal", "127.0.0.1:0"));
  }

  /** An image, a replica of it for the server keeper. */
  private void handOut() throws Exception {
    assertThat(served.run(importOf("web", 2).toArray(String[]::new)).status()).isZero();
    served.call("pool", "set", "web", "--ready", "1", "--scrub-threshold", "1");
    served.call("server", "add", "keeper", "--iqn", INITIATOR);
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
    served.call("allocate", "keeper", "--tenant", "acme", "--image", "web");
  }

  /** The import of a file of 32 MiB that holds so much: ones in every fourth KiB of it. */
  private List<String> importOf(String name, int mebibytes) throws Exception {
    Path file = directory.resolve(name + ".raw");
    byte[] content = new byte[mebibytes * MIB];
    for (int at = 0; at < content.length; at += 65_536) {
      Arrays.fill(content, at, at + 4096, (byte) 1);
    }
    Files.write(file, content);
    setLength(file, 32 * MIB);
    return List.of("image", "import", name, file.toString());
  }

  private static void setLength(Path file, long bytes) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(bytes);
    }
  }

  /** Takes all the space that there is. */
  private static Path fill(Path file) throws Exception {
    ForeignTool full = ForeignTool.run("dd", "if=/dev/zero", "of=" + file, "bs=64k");
    assertThat(full.output()).contains("No space left on device");
    return file;
  }

  private void qemuIo(String... commands) throws Exception {
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(INITIATOR, 0), List.of(commands)));
  }

  private ForeignTool write(String command) throws Exception {
    return ForeignTool.run(ForeignTool.qemuIo(served.image(INITIATOR, 0), List.of(command)));
  }

  private void fails(String part, List<String> command) {
    ServedHome.Outcome outcome = served.run(command.toArray(String[]::new));

    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(1);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("lunette: ").contains(part);
    assertThat(outcome.out()).isEmpty();
  }

  private void reports(String part, List<String> command) {
    ServedHome.Outcome outcome = served.run(command.toArray(String[]::new));

    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(1);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains(part);
  }
}
