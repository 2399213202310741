/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.AuditEntry;
import io.lunette.core.audit.AuditQuery;
import io.lunette.core.certificate.ChainCheck;
import io.lunette.core.certificate.MemorySigningKeys;
import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A volume that is erased by hand, and the chain of certificates, which stays whole. */
abstract class HandEraseCase {

  static final VolumeName DISK = new VolumeName("disk");
  static final EraseRequest WHOLE = EraseRequest.zeroFillVerified();

  @TempDir Path directory;
  CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start();
    fixture.driver.create(DISK, CoreFixture.IMAGE_BYTES);
    write();
  }

  @AfterEach
  void close() throws Exception {
    assertChainIsWhole();
    fixture.close();
  }

  CertifiedErase erase(EraseRequest request) throws Exception {
    return result(fixture.core.erasures().erase(OPERATOR, DISK, request));
  }

  static CertifiedErase result(Job<CertifiedErase> job) throws Exception {
    return job.result().toCompletableFuture().get();
  }

  void write() throws Exception {
    DeviceContent.write(fixture.driver, DISK, 4096, DeviceContent.pattern(8192, 99));
  }

  List<SignedDocument> certificates() throws Exception {
    return fixture.core.certificates().of(DISK);
  }

  List<String> audited() throws Exception {
    return fixture.core.audit().list(AuditQuery.all(OptionalLong.empty(), 100)).stream()
        .filter(entry -> entry.action().equals("volume.erase"))
        .map(AuditEntry::detail)
        .toList();
  }

  private void assertChainIsWhole() throws Exception {
    List<PublicKey> trusted = List.of(fixture.keys.keys().get(0).publicKey());
    ChainCheck check = new ChainCheck(MemorySigningKeys::isValid, trusted, Optional.empty());
    var chain = fixture.core.certificates().chain(0, 1000);
    for (SignedDocument document : chain.documents()) {
      assertThat(check.next(document)).isEmpty();
    }
    assertThat(check.ends(chain.head())).isEmpty();
  }
}
