/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditQuery;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.catalog.jdbc.TestCatalog;
import io.lunette.core.replica.ReplicaQuery;
import io.lunette.core.replica.ReplicaState;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Has the database explain every query that an allocation, a release, a look at what is due and a
 * page of a list make: none reads through a large table without an index.
 */
final class QueryPlanTest {

  /** SQLite's and PostgreSQL's words for it; the tables that grow, and the names they go by. */
  private static final Pattern READS_THROUGH =
      Pattern.compile(
          "(SCAN (r|replica|a|allocation|audit|s|server|replica_move|certificate)$)"
              + "|(Seq Scan on (replica|allocation|audit|server|replica_move|certificate)\\b.*)");

  @TempDir private Path directory;
  private final Map<String, Object[]> queries = new LinkedHashMap<>();
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory);
    fixture.catalogs = () -> recording(new TestCatalog(directory).open(fixture.clock));
    fixture.start().stocked(2);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void nothingThatIsDoneOftenReadsThroughALargeTable() throws Exception {
    queries.clear();
    fixture.usedAndReleased(S1);
    fixture.core.tick();
    fixture.core.replicas().list(ReplicaQuery.all());
    fixture
        .core
        .replicas()
        .list(
            new ReplicaQuery(
                Optional.of(WEB), Optional.of(ReplicaState.READY), Optional.empty(), 10));
    fixture.core.servers().page(Optional.of(S1), 10);
    fixture.core.allocations().page(Optional.of(S1), 10);
    fixture.core.certificates().chain(0, 10);
    fixture.core.audit().list(OptionalLong.of(5), 10);
    fixture.core.audit().list(bySubject());
    fixture.core.scrubs().run(OPERATOR, Optional.empty());

    assertThat(queries).hasSizeGreaterThan(15);
    for (Map.Entry<String, Object[]> query : List.copyOf(queries.entrySet())) {
      for (String step : plan(query.getKey(), query.getValue())) {
        assertThat(READS_THROUGH.matcher(step.strip()).matches())
            .as("%s: %s", query.getKey(), step)
            .isFalse();
      }
    }
  }

  private static AuditQuery bySubject() {
    return new AuditQuery(
        Optional.empty(),
        Optional.empty(),
        Optional.of("s1"),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        10);
  }

  /** PostgreSQL reads through small tables unless it is told that this costs much. */
  private List<String> plan(String query, Object[] arguments) throws DomainException {
    boolean postgres = TestCatalog.isPostgres();
    return fixture.catalog.read(
        transaction -> {
          if (postgres) {
            transaction.update("SET LOCAL enable_seqscan = off");
          }
          return transaction.query(
              (postgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + query,
              row -> row.text(postgres ? "QUERY PLAN" : "detail"),
              arguments);
        });
  }

  private Catalog recording(Catalog real) {
    return proxy(
        Catalog.class,
        real,
        arguments -> {
          if (arguments != null && arguments[0] instanceof Catalog.Work<?> work) {
            arguments[0] =
                (Catalog.Work<Object>)
                    transaction -> work.run(proxy(Transaction.class, transaction, this::note));
          }
        });
  }

  private void note(Object[] arguments) {
    boolean isQuery =
        arguments != null
            && arguments.length == 3
            && arguments[0] instanceof String sql
            && sql.startsWith("SELECT");
    if (isQuery) {
      queries.put((String) arguments[0], (Object[]) arguments[2]);
    }
  }

  private interface Look {
    void at(Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, T real, Look look) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              look.at(arguments);
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
