/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What file systems offer: a reflinked copy of an image on XFS, and a snapshot of a subvolume that
 * holds one on Btrfs, each on a file system of its own in a file. Each is durable when it counts as
 * made.
 */
final class FileSystemClones {

  private static final long FILE_SYSTEM_BYTES = 2L << 30;
  private static final int MIB = 1 << 20;

  private FileSystemClones() {}

  /** What can be made here; nothing where the tools or the right to mount are missing. */
  static List<ReplicaRun> make(Path directory, long imageBytes, long dataBytes, int count)
      throws IOException {
    List<ReplicaRun> runs = new ArrayList<>();
    long bytes = FILE_SYSTEM_BYTES + 2 * dataBytes;
    if (Tool.isInstalled("mkfs.xfs", "-V")) {
      try (Mounted xfs = Mounted.make(directory, "xfs", bytes)) {
        Path golden = image(xfs.point(), imageBytes, dataBytes);
        runs.add(
            measured(
                "cp --reflink, XFS", count, i -> reflink(golden, xfs.point().resolve("" + i))));
      } catch (MountException notPermitted) {
        return runs;
      }
    }
    if (Tool.isInstalled("mkfs.btrfs", "--version")) {
      try (Mounted btrfs = Mounted.make(directory, "btrfs", bytes)) {
        Path master = btrfs.point().resolve("master");
        Tool.exec("btrfs", "subvolume", "create", master.toString());
        Path unused = image(master, imageBytes, dataBytes);
        runs.add(
            measured(
                "snapshot, Btrfs", count, i -> snapshot(master, btrfs.point().resolve("" + i))));
      }
    }
    return runs;
  }

  private static void reflink(Path golden, Path clone) throws IOException {
    Tool.exec("cp", "--reflink=always", golden.toString(), clone.toString());
    Tool.exec("sync", clone.toString());
  }

  private static void snapshot(Path master, Path clone) throws IOException {
    Tool.exec("btrfs", "subvolume", "snapshot", master.toString(), clone.toString());
    Tool.exec("btrfs", "filesystem", "sync", clone.toString());
  }

  /** Runs of a mebibyte spread evenly, as the engine's image has them; durable. */
  private static Path image(Path directory, long imageBytes, long dataBytes) throws IOException {
    Path file = directory.resolve("golden.raw");
    byte[] bytes = new byte[MIB];
    long runs = Math.max(1, Math.min(dataBytes, imageBytes) / MIB);
    long stride = imageBytes / runs / MIB * MIB;
    Random random = new Random(1);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      for (long run = 0; run < runs; run++) {
        random.nextBytes(bytes);
        raw.seek(run * stride);
        raw.write(bytes);
      }
      raw.setLength(imageBytes);
      raw.getFD().sync();
    }
    return file;
  }

  private interface Making {
    void one(int number) throws IOException;
  }

  private static ReplicaRun measured(String method, int count, Making making) throws IOException {
    long[] nanos = new long[count];
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long before = System.nanoTime();
      making.one(i);
      nanos[i] = System.nanoTime() - before;
    }
    return new ReplicaRun(
        method, count, System.nanoTime() - start, new Latencies(nanos), -1, -1, -1);
  }
}
