/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Path;

/**
 * tgt as its README.iscsi sets it up: one target, one logical unit with the default store (rdwr),
 * the default number of I/O threads, open to all initiators.
 */
final class TgtPeer implements Peer {

  private static final String IQN = "iqn.2026-11.io.lunette.bench:tgt";

  /** Keeps a tgtd of somebody else out of it; the daemon's own default is 0. */
  private static final String CONTROL_PORT = "4711";

  @Override
  public String name() {
    return "tgt";
  }

  @Override
  public String version() throws IOException {
    return "version " + Tool.run("tgtd", "--version").strip();
  }

  @Override
  public PeerProcess start(Path directory, long sizeBytes) throws IOException {
    Path file = BackingFile.create(directory.resolve("tgt.img"), sizeBytes);
    int port = PeerProcess.freePort();
    TargetUrl url = TargetUrl.parse(name() + "=iscsi://127.0.0.1:" + port + "/" + IQN + "/1");
    PeerProcess peer =
        PeerProcess.start(
            url,
            directory.resolve("tgt.log"),
            "tgtd",
            "-f",
            "-C",
            CONTROL_PORT,
            "--iscsi",
            "portal=127.0.0.1:" + port);
    try {
      admin("new", "target", "-T", IQN);
      admin("new", "logicalunit", "--lun", "1", "-b", file.toString());
      admin("bind", "target", "-I", "ALL");
    } catch (IOException e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  private static void admin(String operation, String mode, String option, String... values)
      throws IOException {
    String[] head = {
      "tgtadm",
      "-C",
      CONTROL_PORT,
      "--lld",
      "iscsi",
      "--op",
      operation,
      "--mode",
      mode,
      "--tid",
      "1",
      option
    };
    String[] command = new String[head.length + values.length];
    System.arraycopy(head, 0, command, 0, head.length);
    System.arraycopy(values, 0, command, head.length, values.length);
    Tool.exec(command);
  }
}
