/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.ArrayTrust;
import io.lunette.core.array.StorageArray;
import io.lunette.core.volume.VolumeException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the WBEM client library does by itself and must not do to us: go on in plain text, take any
 * certificate for any host, wait for ever, and need an internal class of the JDK. That TLS works at
 * all without an option of the JVM is what every other test here shows.
 */
class ArrayTlsTest {

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private ArrayFixture fixture;

  @BeforeEach
  void startArray() throws Exception {
    fixture = new ArrayFixture(directory, Flavour.PLAIN);
  }

  @AfterEach
  void stopArray() {
    fixture.close();
  }

  private void assertRefused(StorageArray array, String reason) {
    assertThatThrownBy(() -> fixture.connect(array))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(VolumeException.Kind.IO);
              assertThat(e).hasMessageContaining("array 'basement'").hasMessageContaining(reason);
              assertThat(e.getMessage()).doesNotContain(CimXmlServer.PASSWORD);
            });
    assertThat(fixture.server.requests()).isZero();
  }

  @Test
  void aCertificateOfTheGivenAuthorityIsTrustedForItsHost() throws Exception {
    ArrayTrust trust = ArrayTrust.ca(fixture.certificate.pem());

    try (ArrayDriver driver = fixture.connect(fixture.registration(trust))) {
      assertThat(driver.describe().system()).isEqualTo(EmulatedArray.SYSTEM);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsNot() throws Exception {
    TestCertificate other = TestCertificate.create(directory, "dns:localhost");

    assertRefused(fixture.registration(ArrayTrust.ca(other.pem())), "no trusted connection");
  }

  @Test
  void aCertificateForAnotherHostIsNot() throws Exception {
    TestCertificate other = TestCertificate.create(directory, "dns:elsewhere.example");
    try (CimXmlServer server = new CimXmlServer(other, Flavour.PLAIN, fixture.array::answer)) {
      StorageArray array = at(server.port(), ArrayTrust.ca(other.pem()));

      assertRefused(array, "no trusted connection");
      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void aPinnedCertificateIsTrustedWhateverItsNames() throws Exception {
    ArrayTrust trust = ArrayTrust.pin(fixture.certificate.sha256());

    try (ArrayDriver driver = fixture.connect(fixture.registration(trust))) {
      assertThat(driver.describe().namespace()).isEqualTo(EmulatedArray.NAMESPACE);
    }
  }

  @Test
  void anotherCertificateThanThePinnedOneIsNotTrusted() {
    assertRefused(fixture.registration(ArrayTrust.pin("ab".repeat(32))), "the one that is pinned");
  }

  @Test
  void nothingIsEverSentInPlainText() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> said =
          CompletableFuture.supplyAsync(() -> firstBytes(plain), fixture.workers);

      assertThatThrownBy(() -> fixture.connect(at(plain.getLocalPort())))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("array 'basement'");

      byte[] first = said.get(30, TimeUnit.SECONDS);
      int handshake = 22;
      assertThat(first[0]).as("content type of the first TLS record").isEqualTo((byte) handshake);
    }
  }

  private static byte[] firstBytes(ServerSocket server) {
    try (Socket socket = server.accept();
        InputStream in = socket.getInputStream()) {
      byte[] first = in.readNBytes(5);
      socket
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      return first;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private StorageArray at(int port) {
    return at(port, ArrayTrust.pin("ab".repeat(32)));
  }

  private StorageArray at(int port, ArrayTrust trust) {
    return new StorageArray(
        ArrayFixture.NAME,
        URI.create("https://localhost:" + port),
        CimXmlServer.USER,
        directory.resolve("password"),
        trust,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Clock.systemUTC().instant());
  }

  @Test
  void anArrayThatSaysNothingDoesNotHoldTheCallerForEver() throws Exception {
    fixture.timeouts =
        new ArrayTimeouts(
            Duration.ofMillis(500),
            Duration.ofMillis(300),
            Duration.ofSeconds(5),
            Duration.ofMillis(1),
            Duration.ofSeconds(5));
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> fixture.connect(at(mute.getLocalPort())))
          .isInstanceOf(VolumeException.class)
          .hasMessageContaining("array 'basement'");
    }
    fixture.server.mishaps = request -> CimXmlServer.Mishap.SILENCE;
    assertThatThrownBy(
            () ->
                fixture.connect(fixture.registration(ArrayTrust.pin(fixture.certificate.sha256()))))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("array 'basement'");
  }

  @Test
  void aWrongPasswordIsSaidSoWithoutTellingIt() throws Exception {
    Files.writeString(directory.resolve("password"), "guess\n");

    assertThatThrownBy(
            () ->
                fixture.connect(fixture.registration(ArrayTrust.pin(fixture.certificate.sha256()))))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("refuses user 'lunette'")
        .hasMessageNotContaining("guess");
  }
}
