/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.Directories;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One copy between a volume and a file, in steps of 1 MiB. Holes are not read, and blocks of zeroes
 * are not written. Owns the device and the channel and closes both. Run once, on a worker thread.
 */
final class VolumeCopy implements Job<VolumeInfo>, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeCopy.class);
  private static final int STEP_BYTES = 1 << 20;
  private static final int BLOCK_BYTES = 4096;

  /** What the copy yields, asked when everything is written. */
  interface Outcome {
    VolumeInfo get() throws VolumeException;
  }

  /** Removes what an unfinished copy made. */
  interface Undo {
    void run() throws IOException, VolumeException;
  }

  /** Where what is copied has data; asked by one thread, with offsets that only grow. */
  interface Source {
    /** The first offset at or after {@code from} that may hold data; empty if there is none. */
    OptionalLong nextData(long from) throws IOException, BlockException;
  }

  private final BlockDevice device;
  private final Path path;
  private final FileChannel file;
  private final Source source;
  private final boolean intoVolume;

  /** Bytes of the file that is read; 0 of one that is written. */
  private final long fileBytes;

  private final Outcome outcome;
  private final Undo undo;
  private final CompletableFuture<VolumeInfo> result = new CompletableFuture<>();
  private volatile long done;
  private volatile boolean cancelled;

  private VolumeCopy(
      BlockDevice device,
      Path path,
      FileChannel file,
      Source source,
      boolean intoVolume,
      long fileBytes,
      Outcome outcome,
      Undo undo) {
    this.device = device;
    this.path = path;
    this.file = file;
    this.source = source;
    this.intoVolume = intoVolume;
    this.fileBytes = fileBytes;
    this.outcome = outcome;
    this.undo = undo;
  }

  static VolumeCopy intoVolume(
      Path path,
      FileChannel file,
      long fileBytes,
      Source source,
      BlockDevice device,
      Outcome outcome,
      Undo undo) {
    return new VolumeCopy(device, path, file, source, true, fileBytes, outcome, undo);
  }

  static VolumeCopy intoFile(
      BlockDevice device, Path path, FileChannel file, Outcome outcome, Undo undo) {
    return new VolumeCopy(device, path, file, new MappedRuns(device), false, 0, outcome, undo);
  }

  @Override
  public void run() {
    VolumeInfo copied;
    try {
      copyAll();
      finish();
      copied = outcome.get();
    } catch (BlockException | VolumeException | CancellationException e) {
      fail(e);
      return;
    } catch (IOException e) {
      fail(FileTrouble.of(path, intoVolume ? "be read" : "be written", e));
      return;
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
    try {
      closeBoth();
    } finally {
      result.complete(copied);
    }
  }

  /** Takes back what was begun. */
  void fail(Throwable reason) {
    try {
      closeAndUndo();
    } catch (IOException e) {
      result.completeExceptionally(left(reason, VolumeException.Kind.IO, Home.reason(e)));
    } catch (VolumeException e) {
      result.completeExceptionally(left(reason, e.kind(), e.getMessage()));
    } finally {
      result.completeExceptionally(reason);
    }
  }

  private void closeAndUndo() throws IOException, VolumeException {
    try {
      closeBoth();
    } finally {
      undo.run();
    }
  }

  /** A failure also of a copy that was cancelled: something is left for somebody to see to. */
  private static VolumeException left(Throwable reason, VolumeException.Kind kind, String what) {
    String why = reason.getMessage() == null ? reason.toString() : reason.getMessage();
    return new VolumeException(kind, why + "; " + what, reason);
  }

  private void copyAll() throws BlockException, IOException {
    long total = total();
    ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);
    OptionalLong next = source.nextData(0);
    while (next.isPresent()) {
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
      long offset = next.getAsLong() / BLOCK_BYTES * BLOCK_BYTES;
      buffer.clear().limit((int) Math.min(STEP_BYTES, total - offset));
      if (intoVolume) {
        fill(buffer, offset);
        writeData(buffer, offset);
      } else {
        BlockingIo.read(device, offset, buffer);
        writeData(buffer, offset);
      }
      done = offset + buffer.limit();
      next = done < total ? source.nextData(done) : OptionalLong.empty();
    }
    done = total;
  }

  private void fill(ByteBuffer buffer, long offset) throws IOException {
    while (buffer.hasRemaining()) {
      if (file.read(buffer, offset + buffer.position()) < 0) {
        break;
      }
    }
    while (buffer.hasRemaining()) {
      buffer.put((byte) 0);
    }
    buffer.rewind();
  }

  /** Writes each run of blocks that hold something. */
  private void writeData(ByteBuffer step, long offset) throws BlockException, IOException {
    int end = step.limit();
    int from = 0;
    while (from < end) {
      int to = from;
      while (to < end && !isZero(step, to, end)) {
        to += BLOCK_BYTES;
      }
      to = Math.min(to, end);
      if (to > from) {
        write(step.slice(from, to - from), offset + from);
      }
      from = Math.max(to, from + BLOCK_BYTES);
    }
  }

  private void write(ByteBuffer run, long offset) throws BlockException, IOException {
    if (intoVolume) {
      BlockingIo.write(device, offset, run, Durability.VISIBLE);
      return;
    }
    long position = offset;
    while (run.hasRemaining()) {
      position += file.write(run, position);
    }
  }

  private static boolean isZero(ByteBuffer step, int from, int end) {
    for (int i = from; i < Math.min(from + BLOCK_BYTES, end); i += Long.BYTES) {
      if (step.getLong(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void finish() throws BlockException, IOException {
    if (intoVolume) {
      if (file.size() < fileBytes) {
        throw new IOException("it became shorter while it was read");
      }
      BlockingIo.flush(device);
      return;
    }
    long size = total();
    if (file.size() < size) {
      file.write(ByteBuffer.allocate(1), size - 1);
    }
    file.force(true);
    Directories.flush(path.toAbsolutePath().getParent());
  }

  private long total() {
    return device.geometry().sizeBytes();
  }

  private void closeBoth() {
    device.close();
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("closing a copied file", e);
    }
  }

  @Override
  public Progress progress() {
    return new Progress(done, total());
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public CompletionStage<VolumeInfo> result() {
    return result.minimalCompletionStage();
  }
}
