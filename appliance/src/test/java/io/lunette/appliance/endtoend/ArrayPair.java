/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two appliances: one is an SMI-S array, which the other drives over HTTPS as {@code basement}. */
final class ArrayPair implements AutoCloseable {

  final ServedHome array;
  final ServedHome served;
  private final Path password;
  private final String[] options;

  private ArrayPair(Path directory) throws Exception {
    this.array = new ServedHome(Files.createDirectory(directory.resolve("array")));
    this.served = new ServedHome(Files.createDirectory(directory.resolve("served")));
    this.password = Files.writeString(directory.resolve("password"), "correct-horse\n");
    this.options =
        new String[] {
          "--pool-size", "1G", "--portal", LocalAddress.next(), "--smis-tls", LocalAddress.next()
        };
  }

  /** Starts both, and registers the array. */
  static ArrayPair start(Path directory) throws Exception {
    ArrayPair pair = new ArrayPair(directory);
    try {
      pair.startArray();
      pair.startServed();
      pair.array.call("smis", "user", "lunette", "--password-file", pair.password.toString());
      pair.register("basement", "--ca", pair.provider("certificate"), "--listen", "127.0.0.1:0");
      return pair;
    } catch (Exception | AssertionError e) {
      pair.close();
      throw e;
    }
  }

  /** Starts the array, at the same addresses each time. */
  void startArray() throws Exception {
    array.start(options);
  }

  /** Starts the one that drives the array. */
  void startServed() throws Exception {
    served.start("--pool-size", "128M");
  }

  /** What the array says of its provider. */
  String provider(String field) throws Exception {
    return array.call("smis", "show").path(field).asText();
  }

  /** Registers the array under a name. */
  void register(String name, String... trust) throws Exception {
    ServedHome.Outcome added = registration(name, trust);
    assertThat(added.status()).as(added.err()).isZero();
  }

  /** The same, however it ends. */
  ServedHome.Outcome registration(String name, String... trust) throws Exception {
    List<String> words = new ArrayList<>(List.of("array", "add", name));
    words.add("https://localhost:" + provider("https").replaceFirst(".*:", ""));
    words.addAll(List.of("--user", "lunette", "--password-file", password.toString()));
    words.addAll(List.of(trust));
    return served.run(words.toArray(String[]::new));
  }

  @Override
  public void close() {
    served.close();
    array.close();
  }
}
