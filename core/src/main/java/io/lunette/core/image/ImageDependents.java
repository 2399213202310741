/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Transaction;

/** Something that depends on an image, and has its say when it is deleted. */
@FunctionalInterface
public interface ImageDependents {

  /**
   * Lets go of an image in the transaction that deletes it.
   *
   * @throws DomainException BUSY if it cannot be deleted now
   */
  void letGo(Transaction transaction, Actor actor, Image image) throws DomainException;
}
