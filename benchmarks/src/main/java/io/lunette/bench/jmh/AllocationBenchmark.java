/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.bench.allocation.AllocationBench;
import io.lunette.bench.allocation.AllocationSize;
import io.lunette.bench.report.Scratch;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A replica is handed to a server, and taken back, through {@code core}: its catalog in SQLite, its
 * volumes in a pool, what initiators see only recorded. The time is that of one.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AllocationBenchmark {

  private static final int SERVERS = 50;

  /** A catalog with replicas ready, and servers of which half have one. */
  @State(Scope.Benchmark)
  public abstract static class DataCentre {

    /** Replicas that there are. */
    @Param({"1000", "10000"})
    public int replicas;

    private Scratch scratch;
    private AllocationBench bench;
    private boolean given;

    /** Makes all of it. */
    @Setup(Level.Trial)
    public void stock() throws Exception {
      scratch = Scratch.in(Path.of(System.getProperty("java.io.tmpdir")));
      bench =
          new AllocationBench(
              scratch.path(),
              JdbcCatalog.sqlite(scratch.path().resolve("catalog.db"), Clock.systemUTC()),
              new AllocationSize(replicas, 2 * SERVERS, 10));
      bench.stock(scratch.path());
    }

    /** Removes it. */
    @TearDown(Level.Trial)
    public void remove() throws Exception {
      bench.close();
      scratch.close();
    }

    void allocateAll() throws Exception {
      for (int i = 0; i < SERVERS; i++) {
        bench.allocate(i);
      }
      given = true;
    }

    void releaseAll() throws Exception {
      for (int i = 0; i < SERVERS; i++) {
        bench.release(i);
      }
      given = false;
    }

    /** So many to give, and nobody who has one already, or everybody. */
    void prepare(boolean give) throws Exception {
      if (given) {
        releaseAll();
      }
      bench.restock(SERVERS);
      if (give) {
        allocateAll();
      }
    }
  }

  /** Servers that wait for a replica. */
  public static class Waiting extends DataCentre {

    /** Takes back what was handed out. */
    @Setup(Level.Invocation)
    public void takeBack() throws Exception {
      prepare(false);
    }
  }

  /** Servers that have one. */
  public static class Served extends DataCentre {

    /** Hands out what was taken back. */
    @Setup(Level.Invocation)
    public void handOut() throws Exception {
      prepare(true);
    }
  }

  /** Durable, and mapped, on return. */
  @Benchmark
  @OperationsPerInvocation(SERVERS)
  public void allocate(Waiting servers) throws Exception {
    servers.allocateAll();
  }

  /** Durable, and out of the server's reach, on return. */
  @Benchmark
  @OperationsPerInvocation(SERVERS)
  public void release(Served servers) throws Exception {
    servers.releaseAll();
  }
}
