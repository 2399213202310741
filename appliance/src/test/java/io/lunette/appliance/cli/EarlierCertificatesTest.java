/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain that was exported when certificates were of schema 1, and the key that signed it. */
class EarlierCertificatesTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theyVerify() throws Exception {
    assertThat(verify(kept("certificates-of-schema-1.json"))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("the chain is whole: 2 documents");
  }

  @Test
  void noOneIsTakenForOneOfSchemaTwo() throws Exception {
    Path chain = kept("certificates-of-schema-1.json");
    String text = Files.readString(chain);
    int certificate = text.indexOf("\"web-1\"");
    int schema = text.indexOf("\"schema\" : 1", certificate);
    Files.writeString(
        chain, text.substring(0, schema) + "\"schema\" : 2" + text.substring(schema + 12));

    assertThat(verify(chain)).isEqualTo(1);
    assertThat(err.toString()).contains("certificate 2 is not what was signed");
  }

  private int verify(Path chain) throws Exception {
    Path key = kept("certificates-of-schema-1.pem");
    return run("scrub", "verify", chain.toString(), "--public-key", key.toString());
  }

  private Path kept(String name) throws Exception {
    Path file = directory.resolve(name);
    try (var stream = EarlierCertificatesTest.class.getResourceAsStream(name)) {
      Files.write(file, stream.readAllBytes());
    }
    return file;
  }

  private int run(String... args) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        args);
  }
}
