/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.VolumeName;
import java.util.List;

/** The foreign arrays that Lunette drives. */
public interface Arrays {

  /**
   * Registers an array after having connected to it. Repeating it returns the first registration.
   *
   * @throws DomainException CONFLICT if the name is taken by another array; IO or INVALID if the
   *     array cannot be driven, and then nothing is registered
   */
  StorageArray add(Actor actor, StorageArray array) throws DomainException;

  /**
   * Forgets an array that holds no volume of Lunette's.
   *
   * @throws DomainException NOT_FOUND; BUSY while it holds one
   */
  void remove(Actor actor, ArrayName name) throws DomainException;

  /** All, by name. */
  List<ArrayStatus> list() throws DomainException;

  /**
   * One, with what it says of itself.
   *
   * @throws DomainException NOT_FOUND
   */
  ArrayStatus get(ArrayName name) throws DomainException;

  /**
   * Makes sure that an array is registered, without asking it.
   *
   * @throws DomainException NOT_FOUND
   */
  void require(ArrayName name) throws DomainException;

  /**
   * Notes that a volume is to be made on an array when it is made.
   *
   * @throws DomainException NOT_FOUND: no such array; CONFLICT if the volume is elsewhere
   */
  void place(VolumeName volume, ArrayName array) throws DomainException;
}
