/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.compose.Compositions;
import io.lunette.core.compose.LayerKey;
import io.lunette.core.image.ComposedImage;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One composition: finds the highest layer that is kept, copies it to a file, does the steps above
 * it there, and makes of what changed a layer each. Run once, on a worker thread; the rest is
 * thread-safe.
 */
final class CompositionJob implements Job<ImportedImage>, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(CompositionJob.class);

  private final ComposeOrder order;
  private final Image base;
  private final Compositions compositions;
  private final VolumeDriver driver;
  private final Path scratch;
  private final DeviceCopies copies = new DeviceCopies();
  private final CompletableFuture<ImportedImage> result = new CompletableFuture<>();
  private volatile int done;
  private volatile boolean cancelled;

  CompositionJob(
      ComposeOrder order,
      Image base,
      Compositions compositions,
      VolumeDriver driver,
      Path scratch) {
    this.order = order;
    this.base = base;
    this.compositions = compositions;
    this.driver = driver;
    this.scratch = scratch.resolve("compose-" + UUID.randomUUID());
  }

  @Override
  public void run() {
    ImportedImage made;
    try {
      Files.createDirectories(scratch);
      made = compose();
    } catch (DomainException | CancellationException e) {
      fail(e);
      return;
    } catch (VolumeException e) {
      fail(DomainException.of(e));
      return;
    } catch (IOException e) {
      fail(new DomainException(DomainException.Kind.IO, "cannot work in " + scratch + ": " + e, e));
      return;
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
    removeScratch();
    result.complete(made);
  }

  private void fail(Throwable reason) {
    removeScratch();
    result.completeExceptionally(reason);
  }

  private void removeScratch() {
    try {
      ScratchTree.remove(scratch);
    } catch (IOException e) {
      LOG.warn("the next start removes {}", scratch, e);
    }
  }

  private ImportedImage compose() throws DomainException, VolumeException {
    List<RecipeStep> steps = order.recipe().steps();
    List<LayerKey> keys = new ArrayList<>();
    LayerKey key = LayerKey.ofBase(base.sha256().orElseThrow());
    for (RecipeStep step : steps) {
      checkCancelled();
      key = key.with(step.canonical(), StepDigest.of(step));
      keys.add(key);
    }
    VolumeName top = base.volume();
    int reused = 0;
    for (int i = keys.size(); i > 0 && reused == 0; i--) {
      Optional<VolumeName> kept = compositions.find(keys.get(i - 1));
      if (kept.isPresent()) {
        top = kept.get();
        reused = i;
      }
    }
    done = reused;
    if (reused < steps.size()) {
      top = build(top, keys, reused);
    }
    checkCancelled();
    return publish(top, keys, reused);
  }

  /** Does the steps that are missing; the topmost layer. */
  private VolumeName build(VolumeName below, List<LayerKey> keys, int from)
      throws DomainException, VolumeException {
    Path file = scratch.resolve("image");
    try (BlockDevice device = driver.open(below, AccessMode.READ_ONLY)) {
      copies.toFile(device, file);
    }
    Tool tool = new Tool(scratch, () -> cancelled);
    ExtFileSystem image = new ExtFileSystem(file, scratch, tool);
    image.open();
    StepRunner runner = new StepRunner(image, scratch, tool);
    VolumeName top = below;
    for (int i = from; i < keys.size(); i++) {
      checkCancelled();
      RecipeStep step = order.recipe().steps().get(i);
      runner.run(step);
      top = compositions.make(keys.get(i), top, layer -> copies.changes(file, layer));
      done = i + 1;
    }
    return top;
  }

  private ImportedImage publish(VolumeName top, List<LayerKey> keys, int reused)
      throws DomainException, VolumeException {
    RecipeRecord record = new RecipeRecord(order.recipe(), base);
    for (int i = 0; i < keys.size(); i++) {
      record.add(order.recipe().steps().get(i), keys.get(i), i < reused);
    }
    String sha256;
    long size;
    try (BlockDevice device = driver.open(top, AccessMode.READ_ONLY)) {
      sha256 = copies.sha256(device);
      size = device.geometry().sizeBytes();
    }
    return compositions.publish(
        order.actor(),
        new ComposedImage(
            order.name(),
            order.tenant(),
            top,
            size,
            sha256,
            record.text(),
            "composed of " + base.ref() + " and " + keys.size() + " steps",
            order.publish()));
  }

  private void checkCancelled() {
    if (cancelled) {
      throw new CancellationException("cancelled");
    }
  }

  /** Each step counts as much as the whole image. */
  @Override
  public Progress progress() {
    return new Progress(done * base.sizeBytes(), order.recipe().steps().size() * base.sizeBytes());
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public CompletionStage<ImportedImage> result() {
    return result.minimalCompletionStage();
  }
}
