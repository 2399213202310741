/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.compose.Compositions;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.image.ImageState;
import io.lunette.core.image.Images;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** Begins compositions of images. Thread-safe. */
public final class ImageComposer {

  private final Images images;
  private final Compositions compositions;
  private final VolumeDriver driver;
  private final Path scratch;
  private final Executor executor;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * Wires it.
   *
   * @param scratch a directory for copies, which a start empties
   */
  public ImageComposer(
      Images images,
      Compositions compositions,
      VolumeDriver driver,
      Path scratch,
      Executor executor) {
    this.images = images;
    this.compositions = compositions;
    this.driver = driver;
    this.scratch = scratch;
    this.executor = executor;
  }

  /**
   * Begins to compose the next version of an image. Steps whose results are kept are not done
   * again; steps that were done stay kept, whatever becomes of those behind them.
   *
   * @throws DomainException NOT_FOUND, BUSY, INVALID: the base
   */
  public Job<ImportedImage> start(ComposeOrder order) throws DomainException {
    Image base = images.get(order.recipe().base());
    if (base.state() != ImageState.AVAILABLE) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + base.ref() + "' is " + base.state());
    }
    if (base.shared().isPresent()) {
      throw new DomainException(
          DomainException.Kind.INVALID, "image '" + base.ref() + "' is split and cannot be a base");
    }
    CompositionJob job = new CompositionJob(order, base, compositions, driver, scratch);
    executor.execute(job);
    return job;
  }

  /**
   * Begins to compose an image again by the recipe of its current version.
   *
   * @throws DomainException as {@link #start}; INVALID if it was not composed
   */
  public Job<ImportedImage> rebuild(Actor actor, ImageName name, boolean publish)
      throws DomainException {
    Image image = images.get(ImageRef.current(name));
    String recipe =
        image
            .recipe()
            .orElseThrow(
                () ->
                    new DomainException(
                        DomainException.Kind.INVALID,
                        "image '" + image.ref() + "' was imported, not composed"));
    try {
      Recipe read = RecipeRecord.recipe(json.readTree(recipe));
      return start(new ComposeOrder(actor, name, image.tenant(), read, publish));
    } catch (JsonProcessingException e) {
      throw new DomainException(
          DomainException.Kind.IO, "the recipe of image '" + image.ref() + "' is damaged", e);
    }
  }
}
