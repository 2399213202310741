/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.smis;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.appliance.config.SmisOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;

/**
 * The certificate that SMI-S clients see.
 *
 * @param certificate chain in PEM
 * @param key private key in PEM
 * @param fingerprint SHA-256 of the first certificate, in hexadecimal: what clients pin
 */
public record TlsIdentity(Path certificate, Path key, String fingerprint) {

  /**
   * The files that the options name, or the home's own; a home without them gets a key and a
   * self-signed certificate for that host.
   */
  static TlsIdentity of(Home home, SmisOptions options, String host) throws ApplianceException {
    Path certificate = options.certificate().orElse(home.smisCertificate());
    Path key = options.key().orElse(home.smisKey());
    try {
      if (options.certificate().isEmpty() && !(Files.exists(certificate) && Files.exists(key))) {
        SelfSigned.write(certificate, key, host);
      }
      return new TlsIdentity(certificate, key, fingerprint(certificate));
    } catch (IOException e) {
      throw new ApplianceException(
          "cannot use certificate " + certificate + ": " + Home.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw new ApplianceException(
          "cannot use certificate " + certificate + ": it is no certificate in PEM", e);
    }
  }

  private static String fingerprint(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      Certificate first = CertificateFactory.getInstance("X.509").generateCertificate(in);
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(first.getEncoded()));
    }
  }
}
