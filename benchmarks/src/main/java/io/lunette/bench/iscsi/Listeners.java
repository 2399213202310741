/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** Which process of this machine listens on a TCP port, as far as /proc shows it to this user. */
final class Listeners {

  private static final String LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private Listeners() {}

  /** The process behind a portal; empty if it is elsewhere, or another user's. */
  static OptionalLong pidOf(String host, int port) throws IOException {
    if (!isLocal(host)) {
      return OptionalLong.empty();
    }
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (Files.exists(Path.of(table))) {
        sockets.addAll(listening(Files.readAllLines(Path.of(table)), port));
      }
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holdsOne(process, sockets)) {
          return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return OptionalLong.empty();
  }

  private static boolean isLocal(String host) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
  }

  /** What descriptors of sockets that listen on the port link to (proc(5), /proc/net/tcp). */
  static Set<String> listening(List<String> table, int port) {
    Set<String> sockets = new HashSet<>();
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    for (String line : table) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length > INODE
          && fields[STATE].equals(LISTEN)
          && fields[LOCAL_ADDRESS].endsWith(suffix)) {
        sockets.add("socket:[" + fields[INODE] + "]");
      }
    }
    return sockets;
  }

  /** A process that ends meanwhile, or is not ours to look into, holds none. */
  private static boolean holdsOne(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path each : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(each).toString())) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException gone) {
      return false;
    }
    return false;
  }
}
