/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.signing;

import io.lunette.core.certificate.PublicKey;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Public keys as PEM (RFC 7468), as OpenSSL writes and reads them. */
public final class PublicKeys {

  private static final String TYPE = "PUBLIC KEY";

  private PublicKeys() {}

  /**
   * The keys in a file.
   *
   * @throws IOException if it cannot be read or holds none
   */
  public static List<PublicKey> read(Path file) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    try (PemReader reader =
        new PemReader(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)))) {
      for (PemObject each = reader.readPemObject(); each != null; each = reader.readPemObject()) {
        if (each.getType().equals(TYPE)) {
          keys.add(new PublicKey(each.getContent()));
        }
      }
    }
    if (keys.isEmpty()) {
      throw new IOException(file + " holds no public key in PEM");
    }
    return keys;
  }

  /** A key as PEM. */
  public static String pem(PublicKey key) {
    return pem(TYPE, key.encoded());
  }

  static String pem(String type, byte[] content) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return text.toString();
  }
}
