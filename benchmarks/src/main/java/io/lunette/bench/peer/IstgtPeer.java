/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.report.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * istgt with the values of the example configuration that it is shipped with, and command queuing
 * switched on with a depth above 32, as its README recommends to those who want it.
 */
final class IstgtPeer implements Peer {

  private static final String NODE_BASE = "iqn.2026-11.io.lunette.bench";

  @Override
  public String name() {
    return "istgt";
  }

  @Override
  public String version() throws IOException {
    return Tool.run("istgt", "-V").lines().findFirst().orElse("").strip();
  }

  @Override
  public PeerProcess start(Path directory, long sizeBytes) throws IOException {
    Path file = BackingFile.create(directory.resolve("istgt.img"), sizeBytes);
    int port = PeerProcess.freePort();
    Path configuration = directory.resolve("istgt.conf");
    Files.writeString(
        configuration, configuration(directory, file, sizeBytes, PeerProcess.freePort(), port));
    TargetUrl url =
        TargetUrl.parse(name() + "=iscsi://127.0.0.1:" + port + "/" + NODE_BASE + ":istgt/0");
    return PeerProcess.start(
        url, directory.resolve("istgt.log"), "istgt", "-D", "-c", configuration.toString());
  }

  private static String configuration(
      Path directory, Path file, long sizeBytes, int controlPort, int port) {
    return String.format(
        Locale.ROOT,
        """
        [Global]
          NodeBase "%s"
          PidFile %s/istgt.pid
          AuthFile %s/istgt.auth
          LogFacility "local7"
          Timeout 30
          NopInInterval 20
          DiscoveryAuthMethod Auto
          MaxSessions 16
          MaxConnections 4
          MaxR2T 32
          MaxOutstandingR2T 16
          DefaultTime2Wait 2
          DefaultTime2Retain 60
          FirstBurstLength 262144
          MaxBurstLength 1048576
          MaxRecvDataSegmentLength 262144
          InitialR2T Yes
          ImmediateData Yes
          DataPDUInOrder Yes
          DataSequenceInOrder Yes
          ErrorRecoveryLevel 0
        [UnitControl]
          AuthMethod None
          AuthGroup None
          Portal UC1 127.0.0.1:%d
          Netmask 127.0.0.1
        [PortalGroup1]
          Portal DA1 127.0.0.1:%d
        [InitiatorGroup1]
          InitiatorName "ALL"
          Netmask 127.0.0.0/8
        [LogicalUnit1]
          TargetName istgt
          Mapping PortalGroup1 InitiatorGroup1
          AuthMethod None
          UseDigest Auto
          UnitType Disk
          QueueDepth 64
          LUN0 Storage %s %dMB
        """,
        NODE_BASE,
        directory,
        directory,
        controlPort,
        port,
        file,
        sizeBytes >> 20);
  }
}
