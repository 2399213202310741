/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Transaction;

/** Something that depends on images: it has its say when they change, in the same transaction. */
public interface ImageDependents {

  /**
   * Lets go of an image that is deleted.
   *
   * @throws DomainException BUSY if it cannot be deleted now
   */
  void letGo(Transaction transaction, Actor actor, Image image) throws DomainException;

  /** An image has become the current version of its name. */
  default void published(Transaction transaction, Actor actor, Image image)
      throws DomainException {}
}
