/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.node.NodeName;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients of two appliances on one PostgreSQL say: each is told its own. */
final class NamesTest {

  private static final Actor CLIENT = new Actor("smis:client");
  private static final ServerName SERVER = new ServerName("s1");

  private final PostgresAccess access =
      PostgresCluster.shared().schema("t" + UUID.randomUUID().toString().replace("-", ""));
  private Catalog a;
  private Catalog b;
  private Names ofA;
  private Names ofB;

  @BeforeEach
  void open() throws Exception {
    a = node("a");
    b = node("b");
    ofA = new Names(a);
    ofB = new Names(b);
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

  private static VolumeInfo volume() {
    return new VolumeInfo(
        new VolumeName("v"),
        UUID.randomUUID(),
        4096,
        VolumeInfo.DEFAULT_BLOCK_BYTES,
        0,
        Optional.empty(),
        VolumeState.WRITABLE);
  }

  @Test
  void volumesOfOneNameHaveALabelAndAnOriginOnEach() throws Exception {
    VolumeInfo one = volume();
    VolumeInfo two = volume();
    ofA.label(CLIENT, "volume.label", one, "first", "");
    ofB.label(CLIENT, "volume.label", two, "second", "");
    ofA.copied(one, new VolumeName("source"));

    assertThat(ofA.labels()).isEqualTo(Map.of(one.name(), new Names.Name(one.uuid(), "first")));
    assertThat(ofB.labels()).isEqualTo(Map.of(two.name(), new Names.Name(two.uuid(), "second")));
    assertThat(ofB.copies()).isEmpty();

    ofB.forget(CLIENT, two.name());

    assertThat(ofA.labels()).hasSize(1);
    assertThat(ofA.copies()).hasSize(1);
  }

  @Test
  void aServerIsInAViewOfEachAndASnapshotIsHiddenByItsOwn() throws Exception {
    ofA.join(CLIENT, "first", Stream.of(SERVER));
    ofB.join(CLIENT, "second", Stream.of(SERVER));
    ofA.hide(new VolumeName("snapshot"));

    assertThat(ofA.viewMembers()).isEqualTo(Map.of(SERVER, "first"));
    assertThat(ofB.viewMembers()).isEqualTo(Map.of(SERVER, "second"));
    assertThat(ofA.hidden()).containsExactly(new VolumeName("snapshot"));
    assertThat(ofB.hidden()).isEmpty();

    ofB.leave(CLIENT, SERVER);

    assertThat(ofA.viewMembers()).hasSize(1);
  }
}
