/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import java.util.List;

/** The replica pool of each image, filled in the background ahead of demand. */
public interface Pools {

  /**
   * Changes a pool's policy and starts what follows from it: a refill up to the ready mark, or the
   * retirement of ready replicas beyond it. Does not wait for either.
   *
   * @throws DomainException NOT_FOUND; INVALID
   */
  PoolStatus set(Actor actor, ImageName image, PoolChange change) throws DomainException;

  /** The pools of all images that have a current version, by name. */
  List<PoolStatus> list() throws DomainException;

  /**
   * @throws DomainException NOT_FOUND
   */
  PoolStatus get(ImageName image) throws DomainException;
}
