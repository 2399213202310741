/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.volume.Job;
import java.util.List;
import java.util.Optional;

/** The master images. */
public interface Images {

  /**
   * Begins to import a raw file. Holes and blocks of zeroes take no space. The call checks what can
   * be checked at once; the copying goes on in the job, which ends with the AVAILABLE image or a
   * {@link DomainException}. Cancelled, failed or cut off by a crash, it leaves nothing behind and
   * can be repeated.
   *
   * @throws DomainException CONFLICT if an image of that name exists or is being imported;
   *     NOT_FOUND if the file is missing; INVALID if it is empty, not a regular file, or its size
   *     is not a multiple of 512
   */
  Job<Image> importRaw(Actor actor, ImageImport request) throws DomainException;

  /** All images that are not deleted or failed, by name. */
  List<Image> list() throws DomainException;

  Optional<Image> find(ImageName name) throws DomainException;

  /**
   * @throws DomainException NOT_FOUND
   */
  Image get(ImageName name) throws DomainException;

  /**
   * Deletes an image: its name is free at once, replicas that nobody holds are retired, returned
   * ones are scrubbed first.
   *
   * @throws DomainException NOT_FOUND; BUSY while it is imported or servers hold replicas of it
   */
  void delete(Actor actor, ImageName name) throws DomainException;
}
