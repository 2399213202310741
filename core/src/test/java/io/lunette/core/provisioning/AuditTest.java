/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.initiator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.audit.AuditQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AuditTest {

  private static final Actor ANN = new Actor("ann");
  private static final Actor BEN = new Actor("ben");

  @TempDir private Path directory;
  private CoreFixture fixture;
  private Instant between;

  /** Ann adds s1; an hour later, Ben adds s2 and removes s1. */
  @BeforeEach
  void actions() throws Exception {
    fixture = new CoreFixture(directory).start();
    fixture.core.servers().add(ANN, S1, initiator(S1), Optional.empty());
    fixture.clock.advance(Duration.ofHours(1));
    between = fixture.clock.instant();
    fixture.core.servers().add(BEN, S2, initiator(S2), Optional.empty());
    fixture.core.servers().remove(BEN, S1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void isAskedByActor() throws Exception {
    assertThat(lines(query("ann", null, null, null, null))).containsExactly("ann server.add s1");
  }

  @Test
  void isAskedByActionOrByTheThingsThatItIsDoneTo() throws Exception {
    assertThat(lines(query(null, "server.add", null, null, null)))
        .containsExactly("ben server.add s2", "ann server.add s1");
    assertThat(lines(query(null, "server", null, null, null))).hasSize(3);
    assertThat(lines(query(null, "serve", null, null, null))).isEmpty();
  }

  @Test
  void isAskedBySubject() throws Exception {
    assertThat(lines(query(null, null, "s1", null, null)))
        .containsExactly("ben server.remove s1", "ann server.add s1");
  }

  @Test
  void isAskedByTime() throws Exception {
    assertThat(lines(query(null, "server", null, between, null))).hasSize(2);
    assertThat(lines(query(null, "server", null, null, between)))
        .containsExactly("ann server.add s1");
  }

  @Test
  void isReadInPages() throws Exception {
    List<AuditEntry> all = fixture.core.audit().list(OptionalLong.empty(), 1000);
    List<AuditEntry> paged = new ArrayList<>();
    OptionalLong before = OptionalLong.empty();
    List<AuditEntry> page = fixture.core.audit().list(before, 2);
    while (!page.isEmpty()) {
      paged.addAll(page);
      before = OptionalLong.of(page.get(page.size() - 1).sequence());
      page = fixture.core.audit().list(before, 2);
    }

    assertThat(paged).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "UPDATE replica_move SET reason = ''",
        "DELETE FROM certificate"
      })
  void whatWasWrittenDownIsNotChanged(String statement) throws Exception {
    fixture.stocked(1);
    List<AuditEntry> before = fixture.core.audit().list(OptionalLong.empty(), 1000);

    assertThatThrownBy(() -> fixture.catalog.change(transaction -> transaction.update(statement)))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("are only ever added");

    assertThat(fixture.core.audit().list(OptionalLong.empty(), 1000)).isEqualTo(before);
  }

  private List<String> lines(AuditQuery query) throws DomainException {
    return fixture.core.audit().list(query).stream()
        .map(entry -> entry.actor() + " " + entry.action() + " " + entry.subject())
        .toList();
  }

  private static AuditQuery query(
      String actor, String action, String subject, Instant since, Instant until) {
    return new AuditQuery(
        Optional.ofNullable(actor),
        Optional.ofNullable(action),
        Optional.ofNullable(subject),
        Optional.ofNullable(since),
        Optional.ofNullable(until),
        OptionalLong.empty(),
        1000);
  }
}
