/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Places to try devices in: files in memory, and loop devices where the machine gives any. */
public final class ScratchDevices {

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private ScratchDevices() {}

  /** A directory on tmpfs. */
  public static Path directoryInMemory() throws IOException {
    assumeThat(Files.isDirectory(SHARED_MEMORY)).isTrue();
    return Files.createTempDirectory(
        SHARED_MEMORY,
        "lunette-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** A loop device, which goes when it is closed. */
  public record Loop(Path device) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      Ended ended = run("losetup", "-d", device.toString());
      assertThat(ended.status()).as(ended.output()).isZero();
    }
  }

  /** Puts a loop device over a file, or ends the test as one that cannot run here. */
  public static Loop loopOver(Path file) {
    return loopOver(file, 512);
  }

  /** The same with sectors of that size. */
  public static Loop loopOver(Path file, int sectorBytes) {
    List<String> command = new ArrayList<>(List.of("losetup", "--find", "--show"));
    if (sectorBytes != 512) {
      command.addAll(List.of("--sector-size", Integer.toString(sectorBytes)));
    }
    command.add(file.toString());
    Ended ended;
    try {
      ended = run(command.toArray(String[]::new));
    } catch (IOException notInstalled) {
      ended = new Ended(-1, notInstalled.getMessage());
    }
    assumeThat(ended.status()).as("loop devices: " + ended.output()).isZero();
    return new Loop(Path.of(ended.output().strip()));
  }

  /** A file system of its own, which goes when it is closed. */
  public record Mount(Path directory) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      Ended ended = run("umount", "-l", directory.toString());
      assertThat(ended.status()).as(ended.output()).isZero();
    }
  }

  /**
   * Mounts a tmpfs of that size, or an ext4, XFS or Btrfs of a file of that size, below a
   * directory, or ends the test as one that cannot run here. {@link #behind} is that file.
   */
  public static Mount mount(String kind, Path below, long bytes) throws IOException {
    Path at = Files.createDirectory(below.resolve("mount"));
    if (kind.equals("tmpfs")) {
      require("mount", "-t", kind, "-o", "size=" + bytes, "lunette-test", at.toString());
    } else {
      Path file = behind(below);
      try (RandomAccessFile sized = new RandomAccessFile(file.toFile(), "rw")) {
        sized.setLength(bytes);
      }
      if (kind.equals("ext4")) {
        require("mkfs.ext4", "-q", "-m", "0", file.toString());
      } else {
        require("mkfs." + kind, "-q", file.toString());
      }
      // What is given up stays on the medium, or no search of it would find that.
      require("mount", "-o", "loop,nodiscard", file.toString(), at.toString());
    }
    return new Mount(at);
  }

  /** The bytes under what is mounted below a directory, all of them once that is closed. */
  public static Path behind(Path below) {
    return below.resolve("file-system");
  }

  /** Runs a command, or ends the test as one that cannot run here. */
  public static void require(String... command) {
    Ended ended;
    try {
      ended = run(command);
    } catch (IOException notInstalled) {
      ended = new Ended(-1, notInstalled.getMessage());
    }
    assumeThat(ended.status()).as(command[0] + ": " + ended.output()).isZero();
  }

  private record Ended(int status, String output) {}

  private static Ended run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return new Ended(process.onExit().join().exitValue(), output);
  }
}
