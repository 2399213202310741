/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.signing;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.DurableFile;
import io.lunette.appliance.Home;
import io.lunette.core.DomainException;
import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SigningKey;
import io.lunette.core.certificate.SigningKeys;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The keys of an appliance in its home: the private one in use, for its owner alone, during a
 * change the next one beside it, and the public halves of all that were ever in use, which verify
 * what they signed. Files are replaced as a whole and are durable when a call returns. Thread-safe.
 */
public final class KeyFiles implements SigningKeys {

  private static final String TYPE = "PRIVATE KEY";

  private final Path directory;
  private final Path currentFile;
  private final Path nextFile;
  private final Path publicFile;
  private final SecureRandom random = new SecureRandom();
  private final List<Ed25519Key> keys = new ArrayList<>();

  private KeyFiles(Home home) {
    this.directory = home.directory();
    this.currentFile = home.certificateKey();
    this.nextFile = home.nextCertificateKey();
    this.publicFile = home.certificatePublicKeys();
  }

  /**
   * The keys of a home; a home without one gets one.
   *
   * @throws ApplianceException if a key cannot be read or made
   */
  public static KeyFiles loadOrCreate(Home home) throws ApplianceException {
    KeyFiles files = new KeyFiles(home);
    try {
      if (!Files.exists(files.currentFile)) {
        files.write(files.currentFile, Ed25519Key.generate(files.random));
      }
      files.keys.add(read(files.currentFile));
      if (Files.exists(files.nextFile)) {
        files.keys.add(read(files.nextFile));
      }
      return files;
    } catch (IOException | IllegalArgumentException e) {
      throw new ApplianceException(
          "cannot use the key of the certificates, " + files.currentFile + ": " + e.getMessage(),
          e);
    }
  }

  @Override
  public synchronized List<SigningKey> keys() {
    return List.copyOf(keys);
  }

  @Override
  public synchronized SigningKey prepare() throws DomainException {
    try {
      Ed25519Key next = Ed25519Key.generate(random);
      write(nextFile, next);
      keys.subList(1, keys.size()).clear();
      keys.add(next);
      return next;
    } catch (IOException e) {
      throw failed(nextFile, e);
    }
  }

  @Override
  public synchronized void settle(SigningKey key) throws DomainException {
    try {
      publish(key.publicKey());
      if (keys.size() > 1 && keys.get(1).publicKey().equals(key.publicKey())) {
        Files.move(nextFile, currentFile, StandardCopyOption.ATOMIC_MOVE);
        keys.remove(0);
      } else {
        Files.deleteIfExists(nextFile);
        keys.subList(1, keys.size()).clear();
      }
      DurableFile.flushDirectory(directory);
    } catch (IOException e) {
      throw failed(currentFile, e);
    }
  }

  private void publish(PublicKey key) throws IOException {
    List<PublicKey> known =
        Files.exists(publicFile) ? new ArrayList<>(PublicKeys.read(publicFile)) : new ArrayList<>();
    if (!known.contains(key)) {
      known.add(key);
      StringBuilder text = new StringBuilder();
      known.forEach(each -> text.append(PublicKeys.pem(each)));
      DurableFile.replace(publicFile, text.toString(), DurableFile.Readers.EVERYBODY);
    }
  }

  private void write(Path file, Ed25519Key key) throws IOException {
    DurableFile.replace(file, PublicKeys.pem(TYPE, key.pkcs8()), DurableFile.Readers.OWNER);
  }

  private static Ed25519Key read(Path file) throws IOException {
    try (PemReader reader =
        new PemReader(new StringReader(Files.readString(file, StandardCharsets.US_ASCII)))) {
      PemObject key = reader.readPemObject();
      if (key == null || !key.getType().equals(TYPE)) {
        throw new IOException("it holds no private key in PEM");
      }
      return Ed25519Key.ofPkcs8(key.getContent());
    }
  }

  private static DomainException failed(Path file, IOException e) {
    return new DomainException(
        DomainException.Kind.IO, "cannot write " + file + ": " + Home.reason(e), e);
  }
}
