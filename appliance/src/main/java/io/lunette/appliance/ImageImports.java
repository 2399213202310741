/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.Images;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.Job;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** Begins imports: raw files as they are, others by way of a raw copy. Thread-safe. */
public final class ImageImports {

  private final Images images;
  private final Qcow2Converter converter;
  private final Executor executor;

  ImageImports(Images images, Qcow2Converter converter, Executor executor) {
    this.images = images;
    this.converter = converter;
    this.executor = executor;
  }

  /**
   * Begins to import a file.
   *
   * @throws DomainException as {@link Images#importRaw}; INVALID if the file is not of that format
   *     or the program that reads it is missing
   */
  public Job<ImportedImage> start(Actor actor, ImageImport request, ImageFormat format)
      throws DomainException {
    return switch (format) {
      case RAW -> images.importRaw(actor, request);
      case QCOW2 -> convert(actor, request);
    };
  }

  private Job<ImportedImage> convert(Actor actor, ImageImport request) throws DomainException {
    for (Path file : request.source().files()) {
      converter.check(file);
    }
    ConvertedImport<ImportedImage> job =
        new ConvertedImport<>(
            converter,
            request.source().files(),
            raws -> images.importRaw(actor, request.withFiles(raws)));
    executor.execute(job);
    return job;
  }
}
