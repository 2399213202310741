/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import java.io.IOException;
import java.nio.file.Path;

/** A target that can be started on a file. */
interface Peer {

  /** What tables call it. */
  String name();

  /** Which version it is. */
  String version() throws IOException;

  /**
   * Starts it on the loopback interface.
   *
   * @param directory for its backing file, which it makes, and for its log
   * @param sizeBytes of the unit
   */
  PeerProcess start(Path directory, long sizeBytes) throws IOException;
}
