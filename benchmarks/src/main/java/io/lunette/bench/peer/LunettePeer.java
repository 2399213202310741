/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Path;

/** {@code lunette target} as a user would start it. */
final class LunettePeer implements Peer {

  private static final String IQN = "iqn.2026-11.io.lunette:target";

  private final String program;

  /**
   * @param program {@code bin/lunette}
   */
  LunettePeer(String program) {
    this.program = program;
  }

  @Override
  public String name() {
    return "lunette";
  }

  @Override
  public String version() throws IOException {
    return Tool.run(program, "--version").strip();
  }

  @Override
  public PeerProcess start(Path directory, long sizeBytes) throws IOException {
    int port = PeerProcess.freePort();
    TargetUrl url = TargetUrl.parse(name() + "=iscsi://127.0.0.1:" + port + "/" + IQN + "/0");
    return PeerProcess.start(
        url,
        directory.resolve("lunette.log"),
        program,
        "target",
        "--file",
        directory.resolve("lunette.pool").toString(),
        "--size",
        (sizeBytes >> 20) + "M",
        "--portal",
        "127.0.0.1:" + port);
  }
}
