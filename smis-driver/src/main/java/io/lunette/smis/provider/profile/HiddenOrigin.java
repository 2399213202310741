/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The erase of a volume that depends on another, and then zeroes all over it: the erase alone would
 * set it back to what it was cloned from. The zeroes take no space where the driver can keep them
 * as such. Thread-safe.
 */
final class HiddenOrigin implements Job<CertifiedErase> {

  private static final long STEP_BYTES = 256L << 20;

  private final VolumeDriver driver;
  private final VolumeName volume;
  private final Job<CertifiedErase> erase;
  private final CompletableFuture<CertifiedErase> result;

  HiddenOrigin(
      VolumeDriver driver, VolumeName volume, Job<CertifiedErase> erase, Executor workers) {
    this.driver = driver;
    this.volume = volume;
    this.erase = erase;
    this.result = erase.result().thenApplyAsync(this::zeroed, workers).toCompletableFuture();
  }

  private CertifiedErase zeroed(CertifiedErase certified) {
    try (BlockDevice device = driver.open(volume, AccessMode.READ_WRITE)) {
      long size = device.geometry().sizeBytes();
      for (long at = 0; at < size; at += STEP_BYTES) {
        BlockingIo.writeZeroes(
            device,
            at,
            Math.min(STEP_BYTES, size - at),
            Provisioning.MAY_RELEASE,
            Durability.VISIBLE);
      }
      BlockingIo.flush(device);
      return certified;
    } catch (VolumeException | BlockException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public Progress progress() {
    return erase.progress();
  }

  @Override
  public boolean isCancellable() {
    return erase.isCancellable();
  }

  @Override
  public void cancel() {
    erase.cancel();
  }

  @Override
  public CompletionStage<CertifiedErase> result() {
    return result.minimalCompletionStage();
  }
}
