/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which certificate of a management controller is the right one: one that a named authority signed
 * for that host, one with a named digest, or what this Java trusts.
 */
final class RedfishTrust {

  private RedfishTrust() {}

  static SSLContext of(RedfishAddress address) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(address), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** Null stands for what this Java trusts. */
  private static TrustManager[] managers(RedfishAddress address)
      throws IOException, GeneralSecurityException {
    if (address.pin().isPresent()) {
      return new TrustManager[] {new Pinned(address.pin().get())};
    }
    return address.authority().isPresent() ? signedBy(address.authority().get()) : null;
  }

  private static TrustManager[] signedBy(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, each);
      }
    }
    if (store.size() == 0) {
      throw new IOException(file + " holds no certificate");
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /**
   * One certificate and no other. As an extended manager it is asked in place of the check of the
   * host's name, which a certificate that a controller made for itself seldom has right.
   */
  private static final class Pinned extends X509ExtendedTrustManager {

    private final byte[] digest;

    Pinned(String digest) {
      this.digest = HexFormat.of().parseHex(digest);
    }

    private void require(X509Certificate[] chain) throws CertificateException {
      try {
        byte[] shown = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
        if (!MessageDigest.isEqual(digest, shown)) {
          throw new CertificateException(
              "the certificate has the SHA-256 "
                  + HexFormat.of().formatHex(shown)
                  + ", not the pinned one");
        }
      } catch (GeneralSecurityException e) {
        throw e instanceof CertificateException wrong ? wrong : new CertificateException(e);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      require(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
