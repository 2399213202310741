/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A server without a disk of its own, and the two ways in which it boots from its LUN 0. */
final class DisklessServer {

  /** What the iPXE script says when there is nothing to boot from. */
  static final String NO_BOOT = "NO-SAN-BOOT";

  final String name;
  final String initiator;
  private final String secret;
  private final Path directory;

  DisklessServer(String name, String secret, Path parent) throws IOException {
    this.name = name;
    this.initiator = "iqn.2026-11.test:" + name;
    this.secret = secret;
    this.directory = Files.createDirectories(parent.resolve("server-" + name));
  }

  void register(ServedHome served) throws Exception {
    served.call(
        "server",
        "add",
        name,
        "--iqn",
        initiator,
        "--chap-user",
        name,
        "--chap-secret-file",
        secretFile(secret).toString());
  }

  /** Returns the name of the replica. */
  String allocate(ServedHome served, String image) throws Exception {
    return served
        .call("allocate", name, "--tenant", "acme", "--image", image)
        .path("replica")
        .asText();
  }

  /** QEMU is the initiator; the guest sees a disk of virtio. */
  Machine bootFromQemu(ServedHome served, String... more) throws IOException {
    return start(
        more,
        "-object",
        "secret,id=chap,file=" + secretFile(secret),
        "-blockdev",
        "driver=iscsi,node-name=lun,transport=tcp,lun=0,password-secret=chap,portal="
            + served.portal()
            + ",target="
            + served.target()
            + ",initiator-name="
            + initiator
            + ",user="
            + name,
        "-device",
        "virtio-blk-pci,drive=lun,bootindex=1");
  }

  /** iPXE in the network card is the initiator, then the guest itself. */
  Machine bootFromIpxe(ServedHome served, String... more) throws IOException {
    return bootFromIpxeWithSecret(served, secret, more);
  }

  Machine bootFromIpxeWithSecret(ServedHome served, String password, String... more)
      throws IOException {
    String port = served.portal().substring(served.portal().lastIndexOf(':') + 1);
    Files.writeString(
        directory.resolve("boot.ipxe"),
        String.join(
            "\n",
            "#!ipxe",
            "set initiator-iqn " + initiator,
            "set username " + name,
            "set password " + password,
            "sanboot iscsi:10.0.2.2::" + port + ":0:" + served.target() + " || echo " + NO_BOOT,
            ""));
    return start(
        more,
        "-netdev",
        "user,id=lan,tftp=" + directory + ",bootfile=boot.ipxe",
        "-device",
        "virtio-net-pci,netdev=lan,bootindex=1");
  }

  /**
   * The network card asks the appliance what to boot, and whenever it is told to wait asks again.
   * QEMU's host is 10.0.2.2 to the machine.
   */
  Machine bootFromNetwork(ServedHome served, String mac, String... more) throws IOException {
    String port = served.http().substring(served.http().lastIndexOf(':') + 1);
    return start(
        more,
        "-netdev",
        "user,id=lan,bootfile=http://10.0.2.2:" + port + "/boot/ipxe?mac=${net0/mac}",
        "-device",
        "virtio-net-pci,netdev=lan,bootindex=1,mac=" + mac);
  }

  private static Machine start(String[] more, String... options) throws IOException {
    List<String> words = new ArrayList<>(Arrays.asList(options));
    words.addAll(Arrays.asList(more));
    return Machine.start(words);
  }

  private Path secretFile(String content) throws IOException {
    return Files.writeString(directory.resolve("secret"), content);
  }
}
