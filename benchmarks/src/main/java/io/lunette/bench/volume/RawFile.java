/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A file as a {@link BlockDevice}, done at once where the engine does so, with as many threads for
 * the rest as the engine has, and nothing between them and the file: what a volume is held against.
 */
final class RawFile implements BlockDevice {

  private static final int THREADS = 8;
  private static final int BLOCK = 4096;

  private final RawDevice file;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  RawFile(Path path, long sizeBytes) throws DeviceException {
    this.file = LinuxRawDevice.createFile(path, sizeBytes);
  }

  @Override
  public BlockGeometry geometry() {
    return new BlockGeometry(file.sizeBytes(), BLOCK, BLOCK, BLOCK);
  }

  @Override
  public BlockFeatures features() {
    return new BlockFeatures(false, false, false, BLOCK);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    if (!atOnce(() -> file.readAtOnce(offsetBytes, target), completion)) {
      run(completion, () -> file.read(offsetBytes, target));
    }
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    if (durability == Durability.VISIBLE
        && atOnce(() -> file.writeAtOnce(offsetBytes, source), completion)) {
      return;
    }
    run(
        completion,
        () -> {
          file.write(offsetBytes, source);
          if (durability == Durability.DURABLE) {
            file.flush();
          }
        });
  }

  @Override
  public void flush(IoCompletion completion) {
    run(completion, file::flush);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    unsupported(completion);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    unsupported(completion);
  }

  private static void unsupported(IoCompletion completion) {
    completion.failed(
        new BlockException(BlockException.Kind.UNSUPPORTED, "a file for a benchmark"));
  }

  @Override
  public ProvisioningRun provisioning(long offsetBytes) {
    return new ProvisioningRun(offsetBytes, file.sizeBytes() - offsetBytes, true);
  }

  private interface Transfer {
    void run() throws DeviceException;
  }

  private interface PromptTransfer {
    boolean run() throws DeviceException;
  }

  private static boolean atOnce(PromptTransfer transfer, IoCompletion completion) {
    try {
      if (!transfer.run()) {
        return false;
      }
    } catch (DeviceException e) {
      return false;
    }
    completion.completed();
    return true;
  }

  private void run(IoCompletion completion, Transfer transfer) {
    threads.execute(
        () -> {
          try {
            transfer.run();
          } catch (DeviceException e) {
            completion.failed(new BlockException(BlockException.Kind.INTERNAL, e.getMessage(), e));
            return;
          }
          completion.completed();
        });
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean ended = threads.awaitTermination(1, TimeUnit.MINUTES);
      if (ended) {
        file.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
