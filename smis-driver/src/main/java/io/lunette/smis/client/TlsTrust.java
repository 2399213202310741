/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayTrust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * TLS with one array: version 1.2 or 1.3, and a certificate that is either pinned or signed, for
 * the host asked, by one of the authorities given. There is no third way. Immutable, so
 * thread-safe.
 */
final class TlsTrust {

  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private final SSLContext context;
  private final boolean checksHost;

  private TlsTrust(SSLContext context, boolean checksHost) {
    this.context = context;
    this.checksHost = checksHost;
  }

  /**
   * Trust as it was registered.
   *
   * @throws IllegalArgumentException if the certificates of the authorities cannot be read
   */
  static TlsTrust of(ArrayTrust trust) {
    try {
      boolean pinned = trust.kind() == ArrayTrust.Kind.PIN;
      TrustManager[] managers =
          pinned
              ? new TrustManager[] {new PinnedCertificate(trust.value())}
              : authorities(trust.value());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers, null);
      return new TlsTrust(context, !pinned);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "the CA certificates cannot be used: " + e.getMessage(), e);
    }
  }

  private static TrustManager[] authorities(String pem)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int count = 0;
    byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes))) {
      store.setCertificateEntry("ca-" + count++, each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /** A socket that is not connected yet. */
  SSLSocket socket(String host) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(VERSIONS);
    if (checksHost) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    socket.setSSLParameters(parameters);
    return socket;
  }

  /** Accepts one certificate, whoever signed it. */
  private static final class PinnedCertificate implements X509TrustManager {

    private final byte[] sha256;

    PinnedCertificate(String sha256) {
      this.sha256 = HexFormat.of().parseHex(sha256);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      if (chain == null || chain.length == 0) {
        throw new CertificateException("the array shows no certificate");
      }
      byte[] found = digest(chain[0]);
      if (!MessageDigest.isEqual(found, sha256)) {
        throw new CertificateException(
            "its certificate has SHA-256 "
                + HexFormat.of().formatHex(found)
                + ", not the one that is pinned");
      }
    }

    private static byte[] digest(X509Certificate certificate) throws CertificateException {
      try {
        return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      } catch (GeneralSecurityException e) {
        throw new CertificateException("its certificate cannot be read", e);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this end is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
