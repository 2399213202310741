/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageState;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** Begins exports of images to new files, sparse or compact. Thread-safe. */
public final class ImageExports {

  private final VolumeCopies copies;
  private final Qcow2Converter converter;
  private final Executor executor;

  ImageExports(VolumeCopies copies, Qcow2Converter converter, Executor executor) {
    this.copies = copies;
    this.converter = converter;
    this.executor = executor;
  }

  /**
   * Begins to export an image; the file is removed if that does not succeed.
   *
   * @throws DomainException CONFLICT: the file exists; BUSY: the image is imported still; INVALID:
   *     the file cannot be made
   */
  public Job<VolumeInfo> start(Image image, Path file, ImageFormat format)
      throws DomainException, VolumeException {
    if (image.state() == ImageState.IMPORTING) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + image.ref() + "' is still being imported");
    }
    return switch (format) {
      case RAW -> copies.exportFile(image.volume(), file);
      case QCOW2 -> toQcow2(image, file);
    };
  }

  private Job<VolumeInfo> toQcow2(Image image, Path file) throws DomainException, VolumeException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      throw new DomainException(DomainException.Kind.CONFLICT, "file " + file + " exists", e);
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.INVALID, "cannot make file " + file + ": " + Home.reason(e), e);
    }
    return ConvertedExport.begin(
        converter, file, raw -> copies.exportFile(image.volume(), raw), executor);
  }
}
