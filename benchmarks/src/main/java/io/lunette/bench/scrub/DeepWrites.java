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
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes past the page cache, sixteen mebibytes at a time under way, and flushed: as fast as a
 * device takes them from somebody who keeps no books.
 */
final class DeepWrites {

  private static final int DEPTH = 16;
  private static final int PIECE_BYTES = 1 << 20;
  private static final int ALIGNMENT = 4096;

  private DeepWrites() {}

  /** Overwrites the beginning of a file or device with zeroes; nanoseconds. */
  static long zeroes(Path file, long bytes) throws IOException {
    return write(file, bytes, new byte[PIECE_BYTES]);
  }

  /** Overwrites the beginning of a file or device with what nothing makes smaller. */
  static void noise(Path file, long bytes, long seed) throws IOException {
    byte[] noise = new byte[PIECE_BYTES];
    new Random(seed).nextBytes(noise);
    long ignored = write(file, bytes, noise);
  }

  private static long write(Path file, long bytes, byte[] piece) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(DEPTH);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
      AtomicLong next = new AtomicLong();
      ByteBuffer content =
          ByteBuffer.allocateDirect(PIECE_BYTES + ALIGNMENT).alignedSlice(ALIGNMENT);
      content.put(piece).flip();
      long start = System.nanoTime();
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < DEPTH; i++) {
        lanes.add(
            threads.submit(
                () -> {
                  lane(channel, next, bytes, content);
                  return null;
                }));
      }
      for (Future<?> lane : lanes) {
        Object ignored = lane.get();
      }
      channel.force(false);
      return System.nanoTime() - start;
    } catch (ExecutionException e) {
      throw new IOException("cannot write to " + file, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdown();
    }
  }

  private static void lane(FileChannel channel, AtomicLong next, long bytes, ByteBuffer content)
      throws IOException {
    for (long at = next.getAndAdd(PIECE_BYTES);
        at + PIECE_BYTES <= bytes;
        at = next.getAndAdd(PIECE_BYTES)) {
      ByteBuffer piece = content.duplicate();
      while (piece.hasRemaining()) {
        int ignored = channel.write(piece, at + piece.position());
      }
    }
  }
}
