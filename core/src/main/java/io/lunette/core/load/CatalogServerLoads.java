/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.HeldReplica;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.move.MoveLedger;
import io.lunette.core.move.ServerMove;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import io.lunette.core.volume.InitiatorName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Loads over a catalog: samples in memory, the last reports saved at every sampling, so that a
 * restart knows who has gone silent. Thread-safe.
 */
public final class CatalogServerLoads implements ServerLoads {

  /** How often the target is looked at; what it said is too old after three times that. */
  private static final Duration SAMPLING = Duration.ofSeconds(5);

  private static final int MISSED_MAX = 3;
  private static final int TOKEN_BYTES = 24;

  /** What the condition of any server is told by. */
  private record World(
      Map<ServerName, HeldReplica> held,
      Set<ServerName> moving,
      Map<ServerName, ServerProfile> profiles) {}

  private final Catalog catalog;
  private final CatalogServers servers;
  private final AllocationLedger allocations;
  private final MoveLedger moves;
  private final LoadLedger ledger;
  private final TargetLoad target;
  private final CatalogAuditTrail audit;
  private final Clock clock;
  private final LoadBook book = new LoadBook();
  private final SecureRandom random = new SecureRandom();
  private Instant sampled = Instant.MIN;

  /** Wires the service; nothing is known before {@link #start}. */
  public CatalogServerLoads(
      Catalog catalog,
      CatalogServers servers,
      AllocationLedger allocations,
      MoveLedger moves,
      LoadLedger ledger,
      TargetLoad target,
      CatalogAuditTrail audit,
      Clock clock) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.moves = moves;
    this.ledger = ledger;
    this.target = target;
    this.audit = audit;
    this.clock = clock;
  }

  /** Reads what was last reported before a restart. */
  public void start() throws DomainException {
    catalog.read(
        transaction -> {
          ledger.restore(transaction, book);
          return null;
        });
  }

  @Override
  public void report(ServerName server, SortedMap<String, Double> values) throws DomainException {
    servers.get(server);
    try {
      book.report(server, LoadSample.reported(clock.instant(), values));
    } catch (IllegalArgumentException e) {
      throw new DomainException(DomainException.Kind.INVALID, e.getMessage(), e);
    }
  }

  /** Looks at the target and saves reports, if it is time; meant to be called more often. */
  public synchronized void sample() throws DomainException {
    Instant now = clock.instant();
    if (now.isBefore(sampled.plus(SAMPLING))) {
      return;
    }
    sampled = now;
    Map<InitiatorName, TargetCounters> counters = target.counters();
    if (!counters.isEmpty()) {
      for (Server server : servers.list()) {
        TargetCounters counted = counters.get(server.initiator());
        if (counted != null) {
          book.count(server.name(), counted, now);
        }
      }
    }
    Map<ServerName, Map<String, LoadBook.Latest>> unsaved = book.takeUnsaved();
    if (!unsaved.isEmpty()) {
      catalog.change(
          transaction -> {
            for (Map.Entry<ServerName, Map<String, LoadBook.Latest>> each : unsaved.entrySet()) {
              ledger.save(transaction, each.getKey(), each.getValue());
            }
            return null;
          });
    }
  }

  @Override
  public ServerLoad get(ServerName name) throws DomainException {
    servers.get(name);
    return load(name, catalog.read(this::world), clock.instant());
  }

  @Override
  public List<ServerLoad> list() throws DomainException {
    World world = catalog.read(this::world);
    Instant now = clock.instant();
    List<ServerLoad> all = new ArrayList<>();
    for (Server server : servers.list()) {
      ServerLoad load = load(server.name(), world, now);
      all.add(
          new ServerLoad(
              load.server(),
              load.condition(),
              load.reported(),
              load.seen(),
              load.values(),
              List.of()));
    }
    return all;
  }

  private World world(Transaction transaction) throws DomainException {
    Map<ServerName, HeldReplica> held = new HashMap<>();
    allocations.held(transaction).forEach(each -> held.put(each.server(), each));
    return new World(
        held,
        moves.underWay(transaction).stream().map(ServerMove::server).collect(Collectors.toSet()),
        servers.profiles(transaction));
  }

  private ServerLoad load(ServerName server, World world, Instant now) {
    Duration heartbeat = world.profiles().getOrDefault(server, ServerProfile.NONE).heartbeat();
    Duration patience = heartbeat.multipliedBy(MISSED_MAX);
    Duration sampling = SAMPLING.multipliedBy(MISSED_MAX);
    LoadBook.Known known =
        book.known(server, now.minus(patience.compareTo(sampling) > 0 ? patience : sampling));
    return new ServerLoad(
        server,
        condition(
            world.moving().contains(server),
            Optional.ofNullable(world.held().get(server)),
            known,
            now.minus(patience),
            now.minus(sampling)),
        known.reported(),
        known.seen(),
        known.values(),
        known.history());
  }

  private static ServerCondition condition(
      boolean moving,
      Optional<HeldReplica> held,
      LoadBook.Known known,
      Instant reportDue,
      Instant seenDue) {
    if (moving) {
      return ServerCondition.MOVING;
    }
    if (held.isEmpty()) {
      return ServerCondition.FREE;
    }
    Instant since = held.get().since();
    Optional<Instant> reported = known.reported().filter(since::isBefore);
    if (reported.isPresent()) {
      return reported.get().isBefore(reportDue)
          ? ServerCondition.UNREACHABLE
          : ServerCondition.ACTIVE;
    }
    return known.seen().filter(since::isBefore).filter(seenDue::isBefore).isPresent()
        ? ServerCondition.ACTIVE
        : ServerCondition.ASSIGNED;
  }

  @Override
  public String newToken(Actor actor, ServerName server) throws DomainException {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = HexFormat.of().formatHex(bytes);
    catalog.change(
        transaction -> {
          servers.get(transaction, server);
          ledger.setTokenDigest(transaction, server, digest(token));
          audit.record(
              transaction, actor, "server.token", server.value(), "a token for its reports");
          return null;
        });
    return token;
  }

  @Override
  public boolean isToken(ServerName server, String token) throws DomainException {
    Optional<String> digest = catalog.read(t -> ledger.tokenDigest(t, server));
    return digest.isPresent() && MessageDigest.isEqual(bytes(digest.get()), bytes(digest(token)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String digest(String token) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(token)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
