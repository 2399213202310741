/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.Job;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An import under way. Its volume is deleted again before the result fails. */
final class ImageImportJob implements Job<ImportedImage>, RawImageCopy.Watch, Runnable {

  /** The steps of an import, which belong to the service. */
  interface Steps {
    /** Copies, seals and publishes. */
    ImportedImage run(ImageImportJob job) throws DomainException;

    /** Undoes what an import that did not end well has left. */
    void undo(ImageImportJob job, String why);

    /** The job has ended. */
    void ended(ImageImportJob job);
  }

  private final Actor actor;
  private final Image image;
  private final RawImageFile file;
  private final boolean publish;
  private final Steps steps;
  private final CompletableFuture<ImportedImage> result = new CompletableFuture<>();
  private volatile long reached;
  private volatile boolean cancelled;

  ImageImportJob(Actor actor, Image image, RawImageFile file, boolean publish, Steps steps) {
    this.actor = actor;
    this.image = image;
    this.file = file;
    this.publish = publish;
    this.steps = steps;
  }

  /** Who asked for it. */
  Actor actor() {
    return actor;
  }

  Image image() {
    return image;
  }

  RawImageFile file() {
    return file;
  }

  /** Whether the image becomes the current version. */
  boolean publish() {
    return publish;
  }

  @Override
  public void run() {
    try {
      ImportedImage made = steps.run(this);
      reached = image.sizeBytes();
      steps.ended(this);
      result.complete(made);
    } catch (CancellationException e) {
      fail(e, "cancelled");
    } catch (DomainException e) {
      fail(e, e.getMessage());
    } catch (RuntimeException e) {
      fail(e, "internal error: " + e);
    }
  }

  private void fail(Exception failure, String why) {
    try {
      steps.undo(this, why);
    } finally {
      steps.ended(this);
      result.completeExceptionally(failure);
    }
  }

  @Override
  public Progress progress() {
    return new Progress(reached, image.sizeBytes());
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public CompletionStage<ImportedImage> result() {
    return result.minimalCompletionStage();
  }

  @Override
  public void reached(long bytes) {
    reached = bytes;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }
}
