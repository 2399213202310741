/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** dd writes zeroes over a file of the same file system that is as large as what is scrubbed. */
final class DdNeighbour implements Neighbour {

  private static final int MIB = 1 << 20;

  private final Path file;
  private final long bytes;

  /**
   * @param bytes a multiple of 1 MiB
   */
  DdNeighbour(Path file, long bytes) throws IOException {
    this.file = file;
    this.bytes = bytes;
    // So that what is measured overwrites blocks that the file has.
    zero();
  }

  @Override
  public String label() {
    return "dd of zeroes";
  }

  @Override
  public void prepare() {
    // There is nothing to get ready.
  }

  @Override
  public Turn begin() {
    CompletableFuture<Void> dd = CompletableFuture.runAsync(this::zeroUnchecked);
    return new Turn() {
      @Override
      public boolean isOver() {
        return dd.isDone();
      }

      @Override
      public long bytes() {
        return dd.isDone() ? bytes : 0;
      }

      @Override
      public void await() throws IOException {
        try {
          dd.join();
        } catch (CompletionException e) {
          throw new IOException(e.getCause().getMessage(), e);
        }
      }
    };
  }

  private void zeroUnchecked() {
    try {
      zero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void zero() throws IOException {
    Tool.exec(
        "dd",
        "if=/dev/zero",
        "of=" + file,
        "bs=1M",
        "count=" + bytes / MIB,
        "conv=notrunc,fdatasync",
        "status=none");
  }
}
