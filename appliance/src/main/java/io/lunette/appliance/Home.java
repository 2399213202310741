/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * The directory that holds everything of one appliance: catalog, pool, socket, token, logs.
 *
 * @param directory absolute
 */
public record Home(Path directory) {

  /** Longest path of a Unix domain socket, without the ending zero (unix(7)). */
  private static final int SOCKET_PATH_MAX = 107;

  public Home {
    directory = directory.toAbsolutePath().normalize();
  }

  /** The home named by the option, else by LUNETTE_HOME, else {@code ~/.lunette}. */
  public static Home resolve(Optional<Path> option, Map<String, String> environment) {
    String named = environment.getOrDefault("LUNETTE_HOME", "");
    return new Home(
        option.orElseGet(
            () ->
                named.isEmpty()
                    ? Path.of(System.getProperty("user.home"), ".lunette")
                    : Path.of(named)));
  }

  /** Where the API listens. */
  public Path socket() {
    return directory.resolve("lunette.sock");
  }

  /** The bearer token that the API asks for on TCP. */
  public Path token() {
    return directory.resolve("token");
  }

  /** Held by the appliance that runs here. */
  public Path lock() {
    return directory.resolve("lunette.lock");
  }

  /** Where the log is written. */
  public Path logDirectory() {
    return directory.resolve("log");
  }

  /** The pool unless another is named. */
  public Path poolFile() {
    return directory.resolve("pool.lunette");
  }

  /** The catalog. */
  public Path catalog() {
    return directory.resolve("catalog.db");
  }

  /** What logical units keep of their state. */
  public Path unitStates() {
    return directory.resolve("units");
  }

  /** Key-encryption keys of pools, a file for each. */
  public Path keys() {
    return directory.resolve("keys");
  }

  /** The private key that signs certificates. */
  public Path certificateKey() {
    return directory.resolve("certificate-key.pem");
  }

  /** The next such key, during a change of keys. */
  public Path nextCertificateKey() {
    return directory.resolve("certificate-key.next.pem");
  }

  /** The public halves of all keys that signed certificates, the newest last. */
  public Path certificatePublicKeys() {
    return directory.resolve("certificate-keys.pub.pem");
  }

  /** The certificate that SMI-S clients see, unless another is named. */
  public Path smisCertificate() {
    return directory.resolve("smis-certificate.pem");
  }

  /** Its private key. */
  public Path smisKey() {
    return directory.resolve("smis-key.pem");
  }

  /** Which volumes files are being copied into. */
  public Path imports() {
    return directory.resolve("imports");
  }

  /** Scratch space, emptied at each start. */
  public Path temporary() {
    return directory.resolve("tmp");
  }

  /**
   * Makes the directory, for its owner alone, if it does not exist.
   *
   * @throws ApplianceException if it cannot be made or written, or its name is too long for a
   *     socket in it
   */
  public Home create() throws ApplianceException {
    int length = bindPath().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > SOCKET_PATH_MAX) {
      throw new ApplianceException(
          "home "
              + directory
              + " has too long a path for a local socket; choose one of at most "
              + (SOCKET_PATH_MAX - (length - directory.toString().length()))
              + " characters");
    }
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw new ApplianceException("cannot make home " + directory + ": " + reason(e), e);
    }
    if (!Files.isWritable(directory)) {
      throw new ApplianceException("home " + directory + " is not writable");
    }
    return this;
  }

  /** Where the socket is bound before it is moved to its place with its permissions set. */
  public Path bindPath() {
    return directory.resolve("run").resolve("new.sock");
  }

  /** What an I/O error says, without the path that the message has already. */
  public static String reason(IOException failure) {
    if (failure instanceof java.nio.file.FileSystemException e) {
      if (e.getReason() != null) {
        return e.getReason();
      }
      if (e instanceof java.nio.file.AccessDeniedException) {
        return "permission denied";
      }
      if (e instanceof java.nio.file.NoSuchFileException) {
        return "no such file or directory";
      }
      if (e instanceof java.nio.file.FileAlreadyExistsException) {
        return "a file of that name is in the way";
      }
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }
}
