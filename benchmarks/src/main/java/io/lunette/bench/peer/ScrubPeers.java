/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.LoopDevice;
import io.lunette.bench.report.Tool;
import io.lunette.bench.scrub.ScrubbedReplica;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Tools that erase a whole device, on a loop device that was written whole, in turn with scrubs of
 * a replica to which as much was written, in a pool on another loop device of the same file system.
 * Each ends with the zeroes on the device, or it does not count as done; what a tool left is read
 * back.
 */
final class ScrubPeers {

  static final String OURS = "lunette scrub";
  static final String OURS_VERIFIED = "lunette scrub, all read back";

  private static final int MIB = 1 << 20;

  /** A tool, with what it does to the bytes. */
  private record Eraser(String name, List<String> command) {

    List<String> on(Path device, Path log) {
      List<String> line = new ArrayList<>();
      for (String word : command) {
        line.add(word.replace("DEVICE", device.toString()).replace("LOG", log.toString()));
      }
      return line;
    }
  }

  private static final List<Eraser> ERASERS =
      List.of(
          new Eraser(
              "dd if=/dev/zero bs=1M, direct",
              List.of(
                  "dd",
                  "if=/dev/zero",
                  "of=DEVICE",
                  "bs=1M",
                  "count=COUNT",
                  "oflag=direct",
                  "conv=fdatasync",
                  "status=none")),
          new Eraser("shred -n 0 -z", List.of("shred", "-n", "0", "-z", "DEVICE")),
          nwipe("nwipe, zeroes", "off"),
          nwipe("nwipe, zeroes, verified", "last"),
          new Eraser(
              "blkdiscard -z (hides)", List.of("blkdiscard", "--force", "--zeroout", "DEVICE")));

  /** nwipe wipes what it is told to; without a device it would take every disk. */
  private static Eraser nwipe(String name, String verify) {
    return new Eraser(
        name,
        List.of(
            "nwipe",
            "--nogui",
            "--autonuke",
            "--nowait",
            "--noblank",
            "--method=zero",
            "--rounds=1",
            "--verify=" + verify,
            "--logfile=LOG",
            "DEVICE"));
  }

  private final Path directory;
  private final long bytes;

  /**
   * @param directory for the files
   * @param bytes that are erased: a multiple of 1 MiB
   */
  ScrubPeers(Path directory, long bytes) {
    this.directory = directory;
    this.bytes = bytes;
  }

  /** Adds the mebibytes a second of every way, in turn. */
  void run(int rounds, Rounds figures) throws IOException, VolumeException, BlockException {
    try (LoopDevice plain = LoopDevice.overNew(directory.resolve("erased"), bytes);
        LoopDevice pool = LoopDevice.overNew(directory.resolve("pool-device"), 4 * bytes)) {
      EngineVolumeDriver.createPoolOnDevice(pool.path(), true, zeroed -> {});
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool.path(), Clock.systemUTC())) {
        ScrubbedReplica replica = new ScrubbedReplica(driver, 2 * bytes, bytes);
        replica.write(0);
        long compiled = replica.scrub(true);
        for (int round = 0; round < rounds; round++) {
          ours(replica, round, figures);
          for (Eraser each : ERASERS) {
            if (Tool.isInstalled(each.command.get(0), "--version")) {
              fill(plain.path(), round);
              figures.add(each.name, rate(erase(each, plain.path())));
              requireZero(each, plain.path());
            }
          }
        }
      }
    }
  }

  private void ours(ScrubbedReplica replica, int round, Rounds figures)
      throws IOException, VolumeException, BlockException {
    replica.write(2L * round + 1);
    figures.add(OURS, rate(replica.scrub(false)));
    replica.write(2L * round + 2);
    figures.add(OURS_VERIFIED, rate(replica.scrub(true)));
  }

  private double rate(long nanos) {
    return (double) bytes / MIB / (nanos / 1e9);
  }

  private long erase(Eraser eraser, Path device) throws IOException {
    List<String> command = new ArrayList<>();
    for (String word : eraser.on(device, directory.resolve("erase.log"))) {
      command.add(word.replace("COUNT", "" + bytes / MIB));
    }
    long begun = System.nanoTime();
    Tool.exec(command.toArray(String[]::new));
    Tool.exec("sync", device.toString());
    return System.nanoTime() - begun;
  }

  /** What the tenant wrote, on the device. */
  private void fill(Path device, int seed) throws IOException {
    byte[] noise = new byte[MIB];
    new Random(seed).nextBytes(noise);
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB).put(noise);
    try (FileChannel channel = FileChannel.open(device, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += MIB) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          int ignored = channel.write(buffer, at + buffer.position());
        }
      }
      channel.force(true);
    }
  }

  private void requireZero(Eraser eraser, Path device) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB);
    try (FileChannel channel = FileChannel.open(device, StandardOpenOption.READ)) {
      for (long at = 0; at < bytes; at += MIB) {
        buffer.clear();
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
          continue;
        }
        for (int i = 0; i < buffer.position(); i += Long.BYTES) {
          if (buffer.getLong(i) != 0) {
            throw new IOException(eraser.name + " left bytes at " + (at + i));
          }
        }
      }
    }
  }

  /** What is compared with what: a way that reads back with one of ours that does too. */
  static String counterpart(String way) {
    return way.contains("verified") ? OURS_VERIFIED : OURS;
  }
}
