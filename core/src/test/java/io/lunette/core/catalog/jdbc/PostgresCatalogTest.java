/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.node.NodeName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What only a database of several appliances can do wrong. */
class PostgresCatalogTest {

  private static final PostgresCluster CLUSTER = PostgresCluster.shared();

  private final String schema = "t" + UUID.randomUUID().toString().replace("-", "");
  private final PostgresAccess access = CLUSTER.schema(schema);

  @Test
  void appliancesThatStartAtOneTimeMakeOneSchema() throws Exception {
    inParallel(
        4,
        () -> JdbcCatalog.postgresql(access, NodeIdentity.LOCAL, Clock.systemUTC()),
        JdbcCatalog::close);

    try (JdbcCatalog catalog = open("a")) {
      assertThat(counter(catalog)).isZero();
    }
  }

  @Test
  void changesThatCrossEachOtherAreAllMadeOnce() throws Exception {
    try (JdbcCatalog first = open("a");
        JdbcCatalog second = open("b")) {
      inParallel(
          8,
          () -> {
            for (int i = 0; i < 25; i++) {
              countOnReadValue(i % 2 == 0 ? first : second);
            }
            return null;
          },
          nothing -> {});

      assertThat(counter(first)).isEqualTo(8 * 25);
    }
  }

  @Test
  void twoThatWouldBothActOnWhatTheOtherChangesDoNotBothSucceedUnseen() throws Exception {
    try (JdbcCatalog first = open("a");
        JdbcCatalog second = open("b")) {
      first.change(
          transaction ->
              transaction.update("INSERT INTO counter (name, value) VALUES ('a', 1), ('b', 1)"));
      CountDownLatch bothHaveRead = new CountDownLatch(2);
      List<JdbcCatalog> catalogs = new ArrayList<>(List.of(first, second));
      List<String> names = new ArrayList<>(List.of("a", "b"));

      inParallel(
          2,
          () -> {
            JdbcCatalog catalog;
            String mine;
            synchronized (names) {
              catalog = catalogs.remove(0);
              mine = names.remove(0);
            }
            return catalog.change(
                transaction -> {
                  long left = sum(transaction);
                  bothHaveRead.countDown();
                  awaitAll(bothHaveRead);
                  return left < 2
                      ? 0
                      : transaction.update("UPDATE counter SET value = 0 WHERE name = ?", mine);
                });
          },
          changed -> {});

      assertThat(first.read(PostgresCatalogTest::sum)).isEqualTo(1);
    }
  }

  @Test
  void applianceThatIsStartedAgainFencesWhatIsLeftOfItself() throws Exception {
    try (JdbcCatalog old = open("a");
        JdbcCatalog other = open("b");
        JdbcCatalog current = open("a")) {
      countOnReadValue(current);
      countOnReadValue(other);

      assertThatThrownBy(() -> countOnReadValue(old))
          .isInstanceOfSatisfying(
              DomainException.class,
              refusal -> assertThat(refusal.kind()).isEqualTo(DomainException.Kind.FENCED));
      assertThat(counter(current)).isEqualTo(2);
    }
  }

  @Test
  void changeThatWasUnderWayWhenItsApplianceWasReplacedIsWaitedFor() throws Exception {
    CountDownLatch changing = new CountDownLatch(1);
    CountDownLatch replacing = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (JdbcCatalog old = open("a")) {
      Future<Object> slow =
          threads.submit(
              () ->
                  old.change(
                      transaction -> {
                        transaction.update("UPDATE counter SET value = value + 1");
                        changing.countDown();
                        awaitAll(replacing);
                        return null;
                      }));
      awaitAll(changing);
      Future<Long> seen =
          threads.submit(
              () -> {
                try (JdbcCatalog current = open("a")) {
                  return counter(current);
                }
              });
      replacing.countDown();

      slow.get(60, TimeUnit.SECONDS);
      assertThat(seen.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void nameOfAnotherHomeIsRefused() throws Exception {
    open("a").close();

    assertThatThrownBy(
            () -> JdbcCatalog.postgresql(access, identity("a", "another home"), Clock.systemUTC()))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("--node NAME");
  }

  @Test
  void serverThatRestartsIsWaitedForAndKeepsWhatWasCommitted() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.start();
        JdbcCatalog catalog =
            JdbcCatalog.postgresql(cluster.schema("own"), NodeIdentity.LOCAL, Clock.systemUTC())) {
      countOnReadValue(catalog);
      cluster.stopServer();
      ExecutorService caller = Executors.newSingleThreadExecutor();
      try {
        Future<Object> during =
            caller.submit(
                () -> {
                  countOnReadValue(catalog);
                  return null;
                });
        cluster.startServer();
        during.get(60, TimeUnit.SECONDS);
      } finally {
        caller.shutdownNow();
      }

      assertThat(counter(catalog)).isEqualTo(2);
    }
  }

  @Test
  void changeWhoseCommitDidNotReachTheServerIsMadeOnce() throws Exception {
    assertThat(countedThrough(CuttingRelay.Cut.BEFORE)).isEqualTo(2);
  }

  @Test
  void changeWhoseCommitWasNotAnsweredIsNotRunAgain() throws Exception {
    assertThat(countedThrough(CuttingRelay.Cut.AFTER)).isEqualTo(1);
  }

  /** Counts once through a relay that cuts the commit; how often the work was run for that. */
  private int countedThrough(CuttingRelay.Cut cut) throws Exception {
    AtomicInteger runs = new AtomicInteger();
    try (CuttingRelay relay = new CuttingRelay(CLUSTER.port());
        JdbcCatalog catalog =
            JdbcCatalog.postgresql(
                spellingOutItsCommits(CLUSTER.access(relay.port(), schema)),
                NodeIdentity.LOCAL,
                Clock.systemUTC())) {
      relay.cut(cut);
      catalog.change(
          transaction -> {
            runs.incrementAndGet();
            return transaction.update("UPDATE counter SET value = value + 1");
          });
      assertThat(relay.hasCut()).isTrue();
      assertThat(counter(catalog)).isEqualTo(1);
    }
    return runs.get();
  }

  /** The driver sends the word only once on a connection unless told to prepare nothing. */
  private static PostgresAccess spellingOutItsCommits(PostgresAccess access) {
    return new PostgresAccess(
        access.url() + "&prepareThreshold=0", access.user(), access.password());
  }

  @Test
  void wrongPasswordIsOneLineThatNamesTheCatalog() {
    PostgresAccess wrong =
        new PostgresAccess(access.url(), access.user(), Optional.of("not the one"));

    assertThatThrownBy(() -> JdbcCatalog.postgresql(wrong, NodeIdentity.LOCAL, Clock.systemUTC()))
        .isInstanceOf(DomainException.class)
        .hasMessageStartingWith("catalog postgresql://127.0.0.1:" + CLUSTER.port() + "/postgres: ")
        .hasMessageContaining("password authentication failed")
        .hasMessageNotContaining("\n");
  }

  @Test
  void passwordInTheUrlIsRefused() {
    assertThatThrownBy(
            () ->
                new PostgresAccess(
                    "jdbc:postgresql://h/d?password=x", Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("password");
  }

  @Test
  void failureThatShowsARowDoesNotShowWhatIsInIt() throws Exception {
    try (JdbcCatalog catalog = open("a")) {
      assertThatThrownBy(
              () ->
                  catalog.change(
                      transaction ->
                          transaction.update(
                              "INSERT INTO server (name, initiator, chap_user, created)"
                                  + " VALUES ('s', NULL, 'a secret', 1)")))
          .isInstanceOf(DomainException.class)
          .hasMessageContaining("not-null")
          .hasMessageNotContaining("a secret");
    }
  }

  private JdbcCatalog open(String node) throws DomainException {
    return JdbcCatalog.postgresql(access, identity(node, "home of " + node), Clock.systemUTC());
  }

  private static NodeIdentity identity(String name, String key) {
    return new NodeIdentity(new NodeName(name), key, "127.0.0.1:3260");
  }

  private static void countOnReadValue(Catalog catalog) throws DomainException {
    catalog.change(
        transaction -> {
          long value =
              transaction
                  .first(
                      "SELECT value FROM counter WHERE name = 'replica'",
                      row -> row.number("value"))
                  .orElseThrow();
          return transaction.update(
              "UPDATE counter SET value = ? WHERE name = 'replica'", value + 1);
        });
  }

  private static long counter(Catalog catalog) throws DomainException {
    return catalog.read(
        transaction ->
            transaction
                .first(
                    "SELECT value FROM counter WHERE name = 'replica'", row -> row.number("value"))
                .orElseThrow());
  }

  private static long sum(Transaction transaction) throws DomainException {
    return transaction
        .first(
            "SELECT SUM(value) AS total FROM counter WHERE name <> 'replica'",
            row -> row.number("total"))
        .orElseThrow();
  }

  private static void awaitAll(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private interface Use<T> {
    void of(T result) throws Exception;
  }

  private static <T> void inParallel(int threads, Callable<T> task, Use<T> use) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<T>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        tasks.add(task);
      }
      for (Future<T> each : pool.invokeAll(tasks, 120, TimeUnit.SECONDS)) {
        use.of(each.get());
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
