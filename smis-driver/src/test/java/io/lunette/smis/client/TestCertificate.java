/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A key and a self-signed certificate, made by the JDK's keytool. */
final class TestCertificate {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private static TestCertificate local;

  private final KeyStore store;

  private TestCertificate(KeyStore store) {
    this.store = store;
  }

  /** For this machine; made once. */
  static synchronized TestCertificate local() throws Exception {
    if (local == null) {
      Path directory = Files.createTempDirectory("certificate");
      local = create(directory, "dns:localhost,ip:127.0.0.1");
    }
    return local;
  }

  /** For a subject alternative name such as {@code dns:localhost,ip:127.0.0.1}. */
  static TestCertificate create(Path directory, String names) throws Exception {
    Path file = Files.createTempDirectory(directory, "key").resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "array",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=array",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-ext",
                "bc:c",
                "-ext",
                "san=" + names,
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    return new TestCertificate(store);
  }

  SSLContext context() throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private byte[] encoded() throws GeneralSecurityException {
    return store.getCertificate("array").getEncoded();
  }

  String sha256() throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded()));
  }

  String pem() throws GeneralSecurityException {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(encoded())
        + "\n-----END CERTIFICATE-----\n";
  }
}
