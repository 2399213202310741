/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageState;
import io.lunette.core.image.SharedPortion;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;

/** Begins exports of images to new files, sparse or compact. Thread-safe. */
public final class ImageExports {

  private final VolumeCopies copies;

  ImageExports(VolumeCopies copies) {
    this.copies = copies;
  }

  /**
   * Begins to export an image, or its shared portion; the file is removed if that does not succeed.
   *
   * @throws DomainException CONFLICT: the file exists; BUSY: the image is imported still; INVALID:
   *     the file cannot be made, or the image is not split
   */
  public Job<VolumeInfo> start(Image image, boolean shared, Path file, ImageFormat format)
      throws DomainException, VolumeException {
    if (image.state() == ImageState.IMPORTING) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + image.ref() + "' is still being imported");
    }
    return copies.exportFile(shared ? sharedVolume(image) : image.volume(), file, format);
  }

  private static VolumeName sharedVolume(Image image) throws DomainException {
    return image
        .shared()
        .map(SharedPortion::volume)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.INVALID, "image '" + image.ref() + "' is not split"));
  }
}
