/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.node.NodeName;
import io.lunette.core.volume.VolumeName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Arrays of two nodes on one PostgreSQL: what one drives, the other does not touch. */
final class ArrayLedgerTest {

  private static final VolumeName VOLUME = new VolumeName("v");

  private final PostgresAccess access =
      PostgresCluster.shared().schema("t" + UUID.randomUUID().toString().replace("-", ""));
  private final ArrayLedger arrays = new ArrayLedger();
  private final ArrayVolumeLedger volumes = new ArrayVolumeLedger();
  private Catalog a;
  private Catalog b;

  @BeforeEach
  void open() throws Exception {
    a = node("a");
    b = node("b");
    insert(a, array("one"));
  }

  private Catalog node(String name) throws DomainException {
    return JdbcCatalog.postgresql(
        access,
        new NodeIdentity(new NodeName(name), "home of " + name, "portal"),
        Clock.systemUTC());
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  private static StorageArray array(String name) {
    return new StorageArray(
        new ArrayName(name),
        URI.create("https://127.0.0.1:5989"),
        "lunette",
        Path.of("/etc/password"),
        ArrayTrust.pin("0".repeat(64)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH);
  }

  private void insert(Catalog node, StorageArray array) throws DomainException {
    node.change(
        transaction -> {
          arrays.insert(transaction, array);
          return null;
        });
  }

  private UUID insertVolume(Catalog node, String array) throws DomainException {
    UUID id = UUID.randomUUID();
    node.change(
        transaction -> {
          volumes.insert(
              transaction,
              new ArrayVolume(
                  id,
                  new ArrayName(array),
                  Optional.of(VOLUME),
                  VOLUME,
                  ArrayVolumeKind.PLAIN,
                  Optional.empty(),
                  Optional.empty(),
                  4096,
                  512,
                  ArrayVolumeState.PLANNED,
                  Optional.empty(),
                  false,
                  Optional.empty(),
                  Optional.empty()));
          return null;
        });
    return id;
  }

  @Test
  void anArrayIsOneNodesAndItsNameNobodyElses() throws Exception {
    assertThat(b.read(arrays::all)).isEmpty();
    Optional<StorageArray> found =
        b.read(transaction -> arrays.find(transaction, new ArrayName("one")));
    assertThat(found).isEmpty();

    assertThatThrownBy(() -> insert(b, array("one")))
        .isInstanceOf(DomainException.class)
        .hasMessage("array 'one' is one of node 'a'; use another name");

    assertThat(a.read(arrays::all)).hasSize(1);
  }

  @Test
  void volumesOfTwoNodesMayHaveOneName() throws Exception {
    insert(b, array("two"));
    UUID ofA = insertVolume(a, "one");
    UUID ofB = insertVolume(b, "two");

    assertThat(a.read(transaction -> volumes.find(transaction, VOLUME)).orElseThrow().id())
        .isEqualTo(ofA);
    assertThat(b.read(transaction -> volumes.find(transaction, VOLUME)).orElseThrow().id())
        .isEqualTo(ofB);
  }
}
