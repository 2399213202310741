/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.DataDirection;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One command with its data.
 *
 * @param name as people know it
 * @param cdb as it is sent
 * @param direction of its data
 * @param bytes that are sent, or may be received
 * @param work with the data: before it is sent, or once it was received
 * @param then what follows with the same buffer
 */
record ScsiCommand(
    String name,
    byte[] cdb,
    DataDirection direction,
    int bytes,
    DataWork work,
    Optional<ScsiCommand> then) {

  /** What is done with the buffer of a command, which has as many bytes as the command moves. */
  interface DataWork {
    DataWork NONE = data -> {};

    void on(ByteBuffer data);
  }

  static ScsiCommand without(String name, byte[] cdb) {
    return new ScsiCommand(name, cdb, DataDirection.NONE, 0, DataWork.NONE, Optional.empty());
  }

  static ScsiCommand in(String name, byte[] cdb, int bytes, DataWork work) {
    return new ScsiCommand(name, cdb, DataDirection.IN, bytes, work, Optional.empty());
  }

  static ScsiCommand out(String name, byte[] cdb, int bytes, DataWork work) {
    return new ScsiCommand(name, cdb, DataDirection.OUT, bytes, work, Optional.empty());
  }

  /** Sends a list of parameters. */
  static ScsiCommand out(String name, byte[] cdb, byte[] parameters) {
    return out(name, cdb, parameters.length, data -> data.put(0, parameters));
  }

  ScsiCommand followedBy(ScsiCommand next) {
    return new ScsiCommand(name, cdb, direction, bytes, work, Optional.of(next));
  }
}
