/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.ProvisioningRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content between volumes and the file that is worked on. Used by one thread. */
final class DeviceCopies {

  private static final int BLOCK = 4096;
  private static final int STEP = 1 << 20;

  private final ByteBuffer have = aligned();
  private final ByteBuffer want = aligned();

  private static ByteBuffer aligned() {
    return ByteBuffer.allocateDirect(STEP + BLOCK).alignedSlice(BLOCK).slice(0, STEP);
  }

  /** Something to do with one piece of a device. */
  private interface Piece {
    void take(long offset, ByteBuffer content) throws IOException;
  }

  /** Writes a device to a new sparse file of its size. */
  void toFile(BlockDevice device, Path file) throws DomainException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), device.geometry().sizeBytes() - 1);
      each(
          device,
          (offset, content) -> {
            if (!isZero(content)) {
              writeAll(channel, content, offset);
            }
          });
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  /** The SHA-256 of a device, in hexadecimal. */
  String sha256(BlockDevice device) throws DomainException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      each(device, (offset, content) -> digest.update(content));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    } catch (IOException e) {
      throw new IllegalStateException("a digest does no I/O", e);
    }
  }

  /** Every piece of a device in turn; what is not provisioned is not read. */
  private void each(BlockDevice device, Piece piece) throws DomainException, IOException {
    long size = device.geometry().sizeBytes();
    try {
      for (long at = 0; at < size; at += STEP) {
        have.clear().limit((int) Math.min(STEP, size - at));
        read(device, at, have);
        piece.take(at, have.flip());
      }
    } catch (BlockException e) {
      throw DomainException.of("a volume", e);
    }
  }

  private static void read(BlockDevice device, long offset, ByteBuffer target)
      throws BlockException {
    ProvisioningRun run = device.provisioning(offset);
    if (!run.mapped() && run.offsetBytes() + run.lengthBytes() >= offset + target.limit()) {
      while (target.hasRemaining()) {
        target.put((byte) 0);
      }
      return;
    }
    BlockingIo.read(device, offset, target);
    target.position(target.limit());
  }

  /** Writes to a device those blocks in which a file differs from it. */
  void changes(Path file, BlockDevice device) throws DomainException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      each(device, (offset, content) -> change(channel, device, offset, content));
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  private void change(FileChannel file, BlockDevice device, long offset, ByteBuffer content)
      throws IOException {
    want.clear().limit(content.limit());
    while (want.hasRemaining()) {
      if (file.read(want, offset + want.position()) < 0) {
        throw new IOException("it became shorter");
      }
    }
    want.flip();
    int at = 0;
    while (at < want.limit()) {
      int from = at;
      while (at < want.limit() && differs(content, at)) {
        at += BLOCK;
      }
      if (at > from) {
        write(device, offset + from, want.slice(from, at - from));
      }
      at = at == from ? at + BLOCK : at;
    }
  }

  private boolean differs(ByteBuffer content, int at) {
    return want.slice(at, BLOCK).mismatch(content.slice(at, BLOCK)) >= 0;
  }

  private static void write(BlockDevice device, long offset, ByteBuffer source) throws IOException {
    try {
      BlockingIo.write(device, offset, source, Durability.VISIBLE);
    } catch (BlockException e) {
      throw new IOException("the layer cannot be written: " + e.getMessage(), e);
    }
  }

  private static boolean isZero(ByteBuffer content) {
    for (int at = content.position(); at < content.limit(); at += Long.BYTES) {
      if (content.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static void writeAll(FileChannel channel, ByteBuffer content, long offset)
      throws IOException {
    long at = offset;
    while (content.hasRemaining()) {
      at += channel.write(content, at);
    }
  }

  private static DomainException unusable(Path file, IOException cause) {
    return new DomainException(
        DomainException.Kind.IO, "cannot use " + file + ": " + cause.getMessage(), cause);
  }
}
