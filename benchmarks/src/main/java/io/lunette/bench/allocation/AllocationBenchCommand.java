/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.CatalogOptions;
import io.lunette.bench.report.ResultOutput;
import io.lunette.bench.report.Scratch;
import io.lunette.bench.report.TextTable;
import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette bench allocate}: what calls take in the catalog of a large data centre. */
@Command(description = "Allocate, release and list with many replicas, servers and tenants.")
public final class AllocationBenchCommand implements Callable<Integer> {

  private final Session session;

  @Option(names = "--replicas", paramLabel = "N", description = "Replicas (10000).")
  private int replicas = 10_000;

  @Option(names = "--servers", paramLabel = "N", description = "Servers (1000).")
  private int servers = 1_000;

  @Option(names = "--tenants", paramLabel = "N", description = "Tenants (100).")
  private int tenants = 100;

  @Option(names = "--rounds", paramLabel = "N", description = "Allocations to measure (2000).")
  private int rounds = 2_000;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where pool and catalog lie (default: the directory for temporary files).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--catalog",
      paramLabel = "URL",
      description = "An empty PostgreSQL database to use; without, SQLite.")
  private String catalog;

  @Option(names = "--catalog-user", paramLabel = "U", description = "The role to log in as.")
  private String catalogUser;

  @Option(names = "--catalog-password-file", paramLabel = "F", description = "Its password.")
  private Path catalogPasswordFile;

  @Mixin private ResultOutput output;

  public AllocationBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call()
      throws IOException, DomainException, VolumeException, ApplianceException, CommandFailure {
    AllocationSize size = size();
    try (Scratch scratch = Scratch.in(directory);
        AllocationBench bench = new AllocationBench(scratch.path(), open(scratch.path()), size)) {
      bench.stock(scratch.path());
      report(bench.run(rounds));
    }
    return 0;
  }

  private AllocationSize size() throws CommandFailure {
    if (rounds < 1) {
      throw new CommandFailure("--rounds must be at least 1");
    }
    try {
      return new AllocationSize(replicas, servers, tenants);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private Catalog open(Path scratch) throws DomainException, ApplianceException {
    Optional<PostgresAccess> access =
        new CatalogOptions(
                Optional.ofNullable(catalog),
                Optional.ofNullable(catalogUser),
                Optional.ofNullable(catalogPasswordFile),
                Optional.empty())
            .access(System.getenv());
    return access.isPresent()
        ? JdbcCatalog.postgresql(access.get(), NodeIdentity.LOCAL, Clock.systemUTC())
        : JdbcCatalog.sqlite(scratch.resolve("catalog.db"), Clock.systemUTC());
  }

  private void report(List<AllocationRun> runs) throws IOException {
    var rows = runs.stream().map(AllocationRun::json).toList();
    output.write(session, rows, out -> out.print(table(runs)));
  }

  private TextTable table(List<AllocationRun> runs) {
    TextTable table =
        new TextTable(
            replicas + " REPLICAS, " + servers + " SERVERS, " + tenants + " TENANTS",
            "COUNT",
            "MEDIAN us",
            "P99 us",
            "MAX us");
    runs.forEach(run -> table.row(run.cells()));
    return table;
  }
}
