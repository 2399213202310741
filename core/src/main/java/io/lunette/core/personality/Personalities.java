/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import java.util.Map;
import java.util.Optional;

/**
 * What servers are told of themselves. A change holds for allocations from then on; what a server
 * has is not changed under it.
 */
public interface Personalities {

  /**
   * Gives an image templates, for all its versions.
   *
   * @throws DomainException NOT_FOUND
   */
  void set(Actor actor, ImageName image, PersonalityTemplate template) throws DomainException;

  /**
   * Takes an image's templates away; taking away what is not there succeeds.
   *
   * @throws DomainException NOT_FOUND: no such image
   */
  void remove(Actor actor, ImageName image) throws DomainException;

  /**
   * An image's templates.
   *
   * @throws DomainException NOT_FOUND: no such image
   */
  Optional<PersonalityTemplate> template(ImageName image) throws DomainException;

  /**
   * Says more of a server, for the variables {@code meta.KEY}; an empty value takes a key away.
   *
   * @return all that is said of it
   * @throws DomainException NOT_FOUND; INVALID: a key that is none, too much, or a value with
   *     control characters
   */
  Map<String, String> describe(Actor actor, ServerName server, Map<String, String> meta)
      throws DomainException;

  /**
   * What is said of a server.
   *
   * @throws DomainException NOT_FOUND
   */
  Map<String, String> meta(ServerName server) throws DomainException;
}
