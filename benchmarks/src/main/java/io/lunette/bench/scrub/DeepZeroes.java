/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Zeroes written past the page cache, sixteen mebibytes at a time under way, and flushed: as fast
 * as a device takes them from somebody who keeps no books.
 */
final class DeepZeroes {

  private static final int DEPTH = 16;
  private static final int PIECE_BYTES = 1 << 20;
  private static final int ALIGNMENT = 4096;

  private DeepZeroes() {}

  /** Overwrites the beginning of a file; nanoseconds. */
  static long write(Path file, long bytes) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(DEPTH);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
      AtomicLong next = new AtomicLong();
      long start = System.nanoTime();
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < DEPTH; i++) {
        lanes.add(
            threads.submit(
                () -> {
                  lane(channel, next, bytes);
                  return null;
                }));
      }
      for (Future<?> lane : lanes) {
        Object ignored = lane.get();
      }
      channel.force(false);
      return System.nanoTime() - start;
    } catch (ExecutionException e) {
      throw new IOException("cannot write zeroes to " + file, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdown();
    }
  }

  private static void lane(FileChannel channel, AtomicLong next, long bytes) throws IOException {
    ByteBuffer zeroes = ByteBuffer.allocateDirect(PIECE_BYTES + ALIGNMENT).alignedSlice(ALIGNMENT);
    for (long at = next.getAndAdd(PIECE_BYTES);
        at + PIECE_BYTES <= bytes;
        at = next.getAndAdd(PIECE_BYTES)) {
      ByteBuffer piece = zeroes.slice(0, PIECE_BYTES);
      while (piece.hasRemaining()) {
        int ignored = channel.write(piece, at + piece.position());
      }
    }
  }
}
