/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.Job;
import java.util.List;
import java.util.Optional;

/** The master images and their versions. */
public interface Images {

  /**
   * Begins to import a raw file as the first or the next version of a name. Holes and blocks of
   * zeroes take no space. The call checks what can be checked at once; the copying goes on in the
   * job, which ends with the AVAILABLE image or a {@link DomainException}. Cancelled, failed or cut
   * off by a crash, it leaves nothing behind and can be repeated; repeated after it succeeded, it
   * finds that the current version holds the same and makes nothing.
   *
   * @throws DomainException CONFLICT if a version of that name is being imported, or its tenant is
   *     another; NOT_FOUND if the file is missing; INVALID if it is empty, not a regular file, or
   *     its size is not a multiple of 512
   */
  Job<ImportedImage> importRaw(Actor actor, ImageImport request) throws DomainException;

  /** All versions that are not deleted or failed, by name and number. */
  List<Image> list() throws DomainException;

  /** That version, or without a number the current one; if none is current, the newest. */
  Optional<Image> find(ImageRef ref) throws DomainException;

  /**
   * As {@link #find}.
   *
   * @throws DomainException NOT_FOUND
   */
  Image get(ImageRef ref) throws DomainException;

  /**
   * Makes a version the one that new replicas are made of, an older one as well as a newer one.
   * Ready replicas of other versions are retired and the pool is filled anew; servers keep what
   * they hold. Publishing what is current succeeds.
   *
   * @throws DomainException NOT_FOUND; BUSY while it is imported; CONFLICT if it is retired
   */
  Image publish(Actor actor, ImageRef ref) throws DomainException;

  /**
   * Has no more replicas made of a version. Its volume is deleted when the last of its replicas has
   * gone. Retiring what is retired succeeds.
   *
   * @throws DomainException NOT_FOUND; BUSY while it is imported; CONFLICT if it is the current
   *     version and there are others
   */
  Image retire(Actor actor, ImageRef ref) throws DomainException;

  /**
   * Sets labels of a version; one with an empty value is taken away.
   *
   * @throws DomainException NOT_FOUND; INVALID if there would be too many
   */
  Image label(Actor actor, ImageRef ref, ImageLabels labels) throws DomainException;

  /**
   * Deletes a version, or without a number all of a name: replicas that nobody holds are retired,
   * returned ones are scrubbed first.
   *
   * @throws DomainException NOT_FOUND; BUSY while it is imported or servers hold replicas of it;
   *     CONFLICT for the current version while there are others
   */
  void delete(Actor actor, ImageRef ref) throws DomainException;
}
