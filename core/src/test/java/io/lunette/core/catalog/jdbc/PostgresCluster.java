/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the tests' own, from the distribution's package: a temporary cluster on a
 * free port of the loopback interface, run as an unprivileged user, gone with the tests. It need
 * not survive a crash of the machine, so it flushes nothing.
 */
public final class PostgresCluster implements AutoCloseable {

  private static final String USER = "lunette";
  private static final String PASSWORD = "of the tests";
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final int STARTS_MAX = 3;

  private static PostgresCluster shared;

  private final Path directory;
  private final Path programs;
  private final boolean root;
  private int port;
  private Process server;

  private PostgresCluster() throws IOException {
    this.programs = programs();
    this.root = System.getProperty("user.name").equals("root");
    this.directory = Files.createTempDirectory("lunette-postgres");
    if (root) {
      Files.setOwner(
          directory,
          directory
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByName("postgres"));
    }
  }

  /** The server of this process, started when first asked for and stopped with it. */
  public static synchronized PostgresCluster shared() {
    if (shared == null) {
      PostgresCluster started = start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::close, "stop PostgreSQL"));
      shared = started;
    }
    return shared;
  }

  /** Another server, for a test that stops it. */
  public static PostgresCluster start() {
    try {
      PostgresCluster cluster = new PostgresCluster();
      cluster.create();
      cluster.startServer();
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path programs() throws IOException {
    if (!Files.isDirectory(DEBIAN)) {
      throw new IOException("PostgreSQL is not installed: bin/test installs it");
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
          .max(Comparator.comparing(Path::toString))
          .orElseThrow(() -> new IOException("no PostgreSQL server below " + DEBIAN));
    }
  }

  private void create() throws IOException {
    Path password = directory.resolve("password");
    Files.writeString(password, PASSWORD + "\n", StandardCharsets.UTF_8);
    run(
        "initdb",
        List.of(
            "-D",
            data(),
            "-U",
            USER,
            "--auth=scram-sha-256",
            "--pwfile=" + password,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync"));
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  /** Starts the server, again on the same port after {@link #stopServer}. */
  public void startServer() throws IOException {
    for (int tries = 1; ; tries++) {
      if (port == 0 || tries > 1) {
        port = freePort();
      }
      server =
          new ProcessBuilder(
                  command(
                      "postgres",
                      List.of(
                          "-D",
                          data(),
                          "-p",
                          Integer.toString(port),
                          "-k",
                          directory.toString(),
                          "-c",
                          "listen_addresses=127.0.0.1",
                          "-c",
                          "fsync=off",
                          "-c",
                          "full_page_writes=off",
                          "-c",
                          "autovacuum=off",
                          "-c",
                          "jit=off",
                          "-c",
                          "max_connections=200")))
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile()))
              .start();
      if (answers()) {
        return;
      }
      if (tries == STARTS_MAX) {
        throw new IOException(
            "PostgreSQL does not start: " + Files.readString(directory.resolve("server.log")));
      }
    }
  }

  /** Whether it is this server that answers: another may have been quicker to take the port. */
  private boolean answers() {
    while (server.isAlive()) {
      try (Connection connection = connect("postgres");
          Statement statement = connection.createStatement();
          ResultSet answer = statement.executeQuery("SHOW data_directory")) {
        if (answer.next() && answer.getString(1).equals(data())) {
          return true;
        }
      } catch (SQLException e) {
        Thread.onSpinWait();
      }
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /**
   * Stops the server at once, as a crash does; what was committed is there when it starts again.
   */
  public void stopServer() throws IOException {
    run("pg_ctl", List.of("stop", "-D", data(), "-m", "immediate", "-w"));
  }

  /** Where the server listens. */
  public int port() {
    return port;
  }

  /** How a schema is reached; made if it does not exist. */
  public PostgresAccess schema(String name) {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return access(port, name);
  }

  /** The same through another port, of something that stands between. */
  public PostgresAccess access(int through, String schema) {
    return new PostgresAccess(
        "jdbc:postgresql://127.0.0.1:" + through + "/postgres?currentSchema=" + schema,
        Optional.of(USER),
        Optional.of(PASSWORD));
  }

  /** Connects as the one who may do everything. */
  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, USER, PASSWORD);
  }

  private List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (root) {
      command.addAll(
          List.of(
              "setpriv",
              "--reuid=postgres",
              "--regid=postgres",
              "--clear-groups",
              "--pdeathsig=INT",
              "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(arguments);
    return command;
  }

  private void run(String program, List<String> arguments) throws IOException {
    Process process =
        new ProcessBuilder(command(program, arguments))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(program + ".log").toFile())
            .start();
    try {
      if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            program + " failed: " + Files.readString(directory.resolve(program + ".log")));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Stops the server and deletes the cluster. */
  @Override
  public void close() {
    try {
      if (server.isAlive()) {
        stopServer();
      }
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
