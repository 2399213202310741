/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What many use instead: a qcow2 overlay on the image, made by qemu-img, one file a replica. */
final class QemuOverlays {

  private QemuOverlays() {}

  /** Makes some in the directory; empty where there is no qemu-img. */
  static Optional<ReplicaRun> make(Path directory, long imageBytes, int count) throws IOException {
    if (!Tool.isInstalled("qemu-img", "--version")) {
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
      Tool.exec(
          "qemu-img",
          "create",
          "-q",
          "-f",
          "qcow2",
          "-F",
          "raw",
          "-b",
          image.toString(),
          overlay.toString());
      nanos[i] = System.nanoTime() - before;
      bytes += Files.size(overlay);
    }
    long taken = System.nanoTime() - start;
    return Optional.of(
        new ReplicaRun("qemu-img create -b", count, taken, new Latencies(nanos), -1, bytes, -1));
  }
}
