/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Copies a raw file to an empty volume and digests the whole of it, holes and padding included.
 * Holes are not read, and blocks of 4096 zeroes are not written, so both take no space. Used by one
 * thread.
 */
final class RawImageCopy {

  /** Told how far the copy is, and asked whether it should stop. */
  interface Watch {
    void reached(long bytes);

    boolean isCancelled();
  }

  private static final int BLOCK = 4096;
  private static final int TRANSFER = 1 << 20;

  private final RawImageFile file;
  private final SparseRegions regions;
  private final BlockDevice device;
  private final Watch watch;
  private final MessageDigest digest;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(TRANSFER + BLOCK).alignedSlice(BLOCK).slice(0, TRANSFER);
  private final byte[] zeroes = new byte[TRANSFER];
  private long digested;

  RawImageCopy(RawImageFile file, SparseRegions regions, BlockDevice device, Watch watch) {
    this.file = file;
    this.regions = regions;
    this.device = device;
    this.watch = watch;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Copies everything and makes it durable; the digest in hexadecimal. */
  String run() throws DomainException {
    try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        SparseRegions.DataRuns runs = regions.open(file.path(), file.endInFile())) {
      Optional<SparseRegions.DataRun> run = file.next(runs, 0);
      while (run.isPresent()) {
        long from = run.get().offsetBytes() / BLOCK * BLOCK;
        long end = Math.addExact(run.get().offsetBytes(), run.get().lengthBytes());
        digestZeroesTo(Math.max(from, digested));
        while (digested < Math.min(end, file.volumeBytes())) {
          copy(channel);
        }
        run = file.next(runs, digested);
      }
      digestZeroesTo(file.volumeBytes());
      BlockingIo.flush(device);
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "image file " + file.path() + ": " + e.getMessage(), e);
    } catch (BlockException e) {
      throw DomainException.of("import of " + file.path(), e);
    }
  }

  /** Copies one buffer from where the digest is; {@code digested} is a multiple of 4096 before. */
  private void copy(FileChannel channel) throws IOException, BlockException {
    step();
    int length = (int) Math.min(TRANSFER, file.volumeBytes() - digested);
    int data = (int) Math.max(0, Math.min(length, file.fileBytes() - digested));
    buffer.clear().limit(data);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, file.offsetBytes() + digested + buffer.position()) < 0) {
        throw new IOException("it became shorter while it was read");
      }
    }
    buffer.limit(length);
    buffer.put(zeroes, 0, length - data);
    buffer.flip();
    file.patch(digested, buffer);
    digest.update(buffer.duplicate());
    writeData(length);
    digested += length;
  }

  /** Writes those runs of blocks in the buffer that are not all zeroes. */
  private void writeData(int length) throws BlockException {
    int at = 0;
    while (at < length) {
      int start = at;
      boolean zero = isZero(start);
      while (at < length && isZero(at) == zero) {
        at += BLOCK;
      }
      if (!zero) {
        BlockingIo.write(
            device, digested + start, buffer.slice(start, at - start), Durability.VISIBLE);
      }
    }
  }

  private boolean isZero(int offset) {
    for (int i = offset; i < offset + BLOCK; i += Long.BYTES) {
      if (buffer.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void digestZeroesTo(long end) {
    while (digested < end) {
      step();
      int length = (int) Math.min(TRANSFER, end - digested);
      digest.update(zeroes, 0, length);
      digested += length;
    }
  }

  private void step() {
    if (watch.isCancelled()) {
      throw new CancellationException("the import was cancelled");
    }
    watch.reached(digested);
  }
}
