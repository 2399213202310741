/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What many use instead: a qcow2 overlay on the image, made by qemu-img, one file a replica. */
final class QemuOverlays {

  private static final long TIMEOUT_SECONDS = 60;

  private QemuOverlays() {}

  /** Makes some in the directory; empty where there is no qemu-img. */
  static Optional<ReplicaRun> make(Path directory, long imageBytes, int count) throws IOException {
    if (!isInstalled()) {
      return Optional.empty();
    }
    Path image = directory.resolve("golden.raw");
    try (RandomAccessFile raw = new RandomAccessFile(image.toFile(), "rw")) {
      raw.setLength(imageBytes);
    }
    long[] nanos = new long[count];
    long bytes = 0;
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Path overlay = directory.resolve("overlay-" + i + ".qcow2");
      long before = System.nanoTime();
      run("create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.toString(), overlay.toString());
      nanos[i] = System.nanoTime() - before;
      bytes += Files.size(overlay);
    }
    long taken = System.nanoTime() - start;
    return Optional.of(
        new ReplicaRun("qemu-img create -b", count, taken, new Latencies(nanos), -1, bytes));
  }

  private static boolean isInstalled() throws IOException {
    try {
      run("--version");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void run(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "qemu-img";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("qemu-img " + arguments[0] + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
