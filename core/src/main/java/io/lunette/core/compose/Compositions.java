/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ComposedImage;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.volume.VolumeName;
import java.util.Optional;

/** Layers and the images that are made of them. */
public interface Compositions {

  /** The volume of a layer, if it is there; it counts as used now. */
  Optional<VolumeName> find(LayerKey key) throws DomainException;

  /**
   * Makes a layer. If that fails, or a crash cuts it off, nothing of it stays.
   *
   * @param below a sealed volume
   * @return the layer's sealed volume
   * @throws DomainException what the writer throws; BUSY if that layer is being made already
   */
  VolumeName make(LayerKey key, VolumeName below, LayerWriter writer) throws DomainException;

  /**
   * Makes an image, the next version of its name, of a layer.
   *
   * @throws DomainException as an import does
   */
  ImportedImage publish(Actor actor, ComposedImage image) throws DomainException;
}
