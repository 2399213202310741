/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.boot;

import io.lunette.core.server.ServerName;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.util.Optional;

/** What a booting server is to do. */
public sealed interface BootAnswer {

  /** For a switch that handles every case. */
  enum Kind {
    UNKNOWN,
    WAIT,
    DISK
  }

  /** Which case this is. */
  Kind kind();

  /** No server is registered under that identity. */
  record Unknown(BootIdentity who) implements BootAnswer {
    @Override
    public Kind kind() {
      return Kind.UNKNOWN;
    }
  }

  /**
   * There is nothing to boot from now: ask again.
   *
   * @param why one line, without anything about tenants
   */
  record Wait(ServerName server, String why) implements BootAnswer {
    @Override
    public Kind kind() {
      return Kind.WAIT;
    }
  }

  /**
   * Boot from a logical unit of the target.
   *
   * @param server who boots
   * @param initiator as which it has to log in
   * @param chapUser what it has to authenticate as, if it must
   * @param chap the same with the secret, if the operator lets it be told here
   * @param target node name of the target
   * @param lun which unit
   */
  record Disk(
      ServerName server,
      InitiatorName initiator,
      Optional<String> chapUser,
      Optional<ChapCredentials> chap,
      String target,
      int lun)
      implements BootAnswer {
    @Override
    public Kind kind() {
      return Kind.DISK;
    }
  }
}
