/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.ServerMove;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerName;
import java.util.Optional;

/**
 * Roll-outs of image versions to servers. What is current is the image's business: publishing an
 * older version rolls back.
 */
public interface Rollouts {

  /**
   * Says what a boot does with replicas of an image.
   *
   * @throws DomainException NOT_FOUND
   */
  RolloutStatus setPolicy(Actor actor, ImageName image, BootPolicy policy) throws DomainException;

  /**
   * How far the current version has come, if there is one.
   *
   * @throws DomainException NOT_FOUND
   */
  RolloutStatus get(ImageName image) throws DomainException;

  /**
   * Gives a server a replica of the current version in place of an older or a newer one, whatever
   * its policy, and restarts it if its power is controlled. The old replica, and what the server
   * wrote to it, is returned and scrubbed. Of a split image only the shared portion is exchanged:
   * the server keeps its replica, the writable volume.
   *
   * @return the move, or empty if the server has the current version already
   * @throws DomainException NOT_FOUND; INVALID if it holds nothing; CONFLICT if that is another
   *     node's; BUSY if it is being moved, or no replica of the current version is ready
   */
  Optional<ServerMove> upgrade(Actor actor, ServerName server) throws DomainException;
}
