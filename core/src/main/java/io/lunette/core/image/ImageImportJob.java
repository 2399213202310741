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
  private final ImageParts parts;
  private final boolean publish;
  private final Steps steps;
  private final CompletableFuture<ImportedImage> result = new CompletableFuture<>();
  private volatile long before;
  private volatile long reached;
  private volatile boolean cancelled;

  ImageImportJob(Actor actor, Image image, ImageParts parts, boolean publish, Steps steps) {
    this.actor = actor;
    this.image = image;
    this.parts = parts;
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

  ImageParts parts() {
    return parts;
  }

  /** The next part is copied from now on. */
  void next() {
    before = reached;
  }

  /** Whether the image becomes the current version. */
  boolean publish() {
    return publish;
  }

  @Override
  public void run() {
    try {
      ImportedImage made = steps.run(this);
      reached = parts.bytes();
      steps.ended(this);
      result.complete(made);
    } catch (CancellationException e) {
      fail(e, "cancelled");
    } catch (DomainException e) {
      fail(e, e.getMessage());
    } catch (RuntimeException | Error e) {
      fail(e, "internal error: " + e);
      throw e;
    }
  }

  private void fail(Throwable failure, String why) {
    try {
      steps.undo(this, why);
    } finally {
      steps.ended(this);
      result.completeExceptionally(failure);
    }
  }

  @Override
  public Progress progress() {
    return new Progress(reached, parts.bytes());
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
    reached = before + bytes;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }
}
