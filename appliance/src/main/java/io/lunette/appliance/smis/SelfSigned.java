/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.smis;

import io.lunette.appliance.DurableFile;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Makes a P-256 key and a certificate that it signs itself, for the host that is listened on and
 * for this machine. Clients trust it by its fingerprint or by the file.
 */
final class SelfSigned {

  private static final Duration VALID = Duration.ofDays(3650);
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);
  private static final int SERIAL_BITS = 128;

  private SelfSigned() {}

  /** Writes both files, each as a whole, the key for its owner alone. */
  static void write(Path certificate, Path key, String host)
      throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] signed = sign(pair, host).getEncoded();
    DurableFile.replace(
        key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()), DurableFile.Readers.OWNER);
    DurableFile.replace(certificate, pem("CERTIFICATE", signed), DurableFile.Readers.EVERYBODY);
  }

  private static X509CertificateHolder sign(KeyPair pair, String host) throws IOException {
    X500Name name = new X500Name("CN=Lunette SMI-S");
    Instant now = Clock.systemUTC().instant();
    try {
      return new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(SERIAL_BITS, new SecureRandom()),
              Date.from(now.minus(CLOCK_SKEW)),
              Date.from(now.plus(VALID)),
              name,
              pair.getPublic())
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(Extension.subjectAlternativeName, false, names(host))
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every Java signs with ECDSA", e);
    }
  }

  private static GeneralNames names(String host) {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.dNSName, "localhost"));
    names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    boolean address = host.contains(":") || host.matches("[0-9.]+");
    if (!host.equals("localhost") && !host.equals("127.0.0.1")) {
      names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
    }
    return new GeneralNames(names.toArray(GeneralName[]::new));
  }

  private static String pem(String type, byte[] content) throws IOException {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    }
    return text.toString();
  }
}
