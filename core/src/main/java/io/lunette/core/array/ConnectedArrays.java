/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.work.CallerWork;
import io.lunette.core.work.Turnstile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drivers of the registered arrays. An array is connected when it is first needed; one that
 * could not be is not tried again for a few seconds, and one that keeps silent is waited for within
 * bounds ({@link Patience}), so that it does not hold up every call. Thread-safe.
 */
public final class ConnectedArrays implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectedArrays.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** How long those wait who can do without an answer. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How many callers' calls to an array may be under way; what waits for one array holds them. */
  static final int CALLS = 16;

  private static final class Slot {
    private final Patience patience;
    private final Turnstile callers;
    private final Lock connecting = new ReentrantLock();
    private volatile ArrayDriver driver;
    private volatile boolean dropped;
    private VolumeException failure;
    private Instant notBefore = Instant.MIN;

    Slot(Patience patience, Turnstile callers) {
      this.patience = patience;
      this.callers = callers;
    }

    /** Takes a driver in, unless the slot was given up meanwhile. */
    synchronized boolean hold(ArrayDriver connected) {
      if (!dropped) {
        driver = connected;
      }
      return !dropped;
    }

    /** Gives it up: what was in it, or null. */
    synchronized ArrayDriver drop() {
      dropped = true;
      return driver;
    }
  }

  /** What an array is asked. */
  interface Question<T> {
    T ask(ArrayDriver driver) throws VolumeException;
  }

  private final Catalog catalog;
  private final ArrayConnector connector;
  private final Clock clock;
  private final Executor threads;
  private final Duration patience;
  private final ArrayLedger ledger = new ArrayLedger();
  private final Map<ArrayName, Slot> slots = new TreeMap<>();
  private boolean closed;

  /**
   * Connects nothing yet.
   *
   * @param threads has one for each question to an array
   */
  public ConnectedArrays(Catalog catalog, ArrayConnector connector, Clock clock, Executor threads) {
    this(catalog, connector, clock, threads, PATIENCE);
  }

  ConnectedArrays(
      Catalog catalog, ArrayConnector connector, Clock clock, Executor threads, Duration patience) {
    this.catalog = catalog;
    this.connector = connector;
    this.clock = clock;
    this.threads = threads;
    this.patience = patience;
  }

  /** The registered arrays. */
  List<StorageArray> registered() throws DomainException {
    return catalog.read(ledger::all);
  }

  /**
   * The driver of an array.
   *
   * @throws VolumeException NOT_FOUND if it is not registered; IO if it does not answer soon
   */
  ArrayDriver get(ArrayName name) throws VolumeException {
    Slot slot = slot(name);
    ArrayDriver driver = slot.driver;
    return driver != null ? driver : slot.patience.ask(() -> connected(name, slot));
  }

  /**
   * What an array answers, for those who can do without it.
   *
   * @throws VolumeException NOT_FOUND if it is not registered; IO if it does not answer soon; what
   *     the question ends in
   */
  <T> T ask(ArrayName name, Question<T> question) throws VolumeException {
    Slot slot = slot(name);
    return slot.patience.ask(() -> question.ask(connected(name, slot)));
  }

  /**
   * What an array answers, however long that takes; of callers, so many at one time.
   *
   * @throws VolumeException NOT_FOUND if it is not registered; BUSY if too many callers wait for it
   *     already; what the question ends in
   */
  <T> T call(ArrayName name, Question<T> question) throws VolumeException {
    if (!CallerWork.isOne()) {
      return question.ask(get(name));
    }
    Turnstile callers = slot(name).callers;
    if (!callers.enter()) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "array '" + name + "' has " + CALLS + " calls to answer first; try again later");
    }
    try {
      return question.ask(get(name));
    } finally {
      callers.leave();
    }
  }

  private ArrayDriver connected(ArrayName name, Slot slot) throws VolumeException {
    slot.connecting.lock();
    try {
      if (slot.driver != null) {
        return slot.driver;
      }
      if (clock.instant().isBefore(slot.notBefore)) {
        throw new VolumeException(slot.failure.kind(), slot.failure.getMessage(), slot.failure);
      }
      return connect(name, slot);
    } finally {
      slot.connecting.unlock();
    }
  }

  private ArrayDriver connect(ArrayName name, Slot slot) throws VolumeException {
    ArrayDriver driver;
    try {
      driver = connector.connect(registration(name));
    } catch (VolumeException e) {
      LOG.warn("array '{}' is not connected: {}", name, e.getMessage());
      slot.failure = e;
      slot.notBefore = clock.instant().plus(RETRY_AFTER);
      throw e;
    }
    if (!slot.hold(driver)) {
      close(name, driver);
      throw disconnected(name);
    }
    return driver;
  }

  private synchronized Slot slot(ArrayName name) throws VolumeException {
    if (closed) {
      throw disconnected(name);
    }
    return slots.computeIfAbsent(
        name,
        each -> new Slot(new Patience(each, threads, patience), new Turnstile(CALLS, patience)));
  }

  private static VolumeException disconnected(ArrayName name) {
    return new VolumeException(VolumeException.Kind.IO, "array '" + name + "' was disconnected");
  }

  private StorageArray registration(ArrayName name) throws VolumeException {
    try {
      return catalog.read(transaction -> ledger.get(transaction, name));
    } catch (DomainException e) {
      throw volumeException(e);
    }
  }

  /** Takes over a driver that was connected when its array was registered. */
  void adopt(ArrayName name, ArrayDriver driver) throws VolumeException {
    if (!slot(name).hold(driver)) {
      throw disconnected(name);
    }
  }

  ArrayConnector connector() {
    return connector;
  }

  /** Lets nobody wait any more for what is under way at an array; it is taken up the next time. */
  public void leave() {
    List<Slot> all;
    synchronized (this) {
      all = List.copyOf(slots.values());
    }
    for (Slot slot : all) {
      ArrayDriver driver = slot.driver;
      if (driver != null) {
        driver.leave();
      }
    }
  }

  /** Disconnects from an array that is no longer registered. */
  void drop(ArrayName name) {
    Slot slot;
    synchronized (this) {
      slot = slots.remove(name);
    }
    if (slot != null) {
      close(name, slot.drop());
    }
  }

  @Override
  public void close() {
    Map<ArrayName, Slot> all;
    synchronized (this) {
      closed = true;
      all = new TreeMap<>(slots);
      slots.clear();
    }
    all.forEach((name, slot) -> close(name, slot.drop()));
  }

  private static void close(ArrayName name, ArrayDriver driver) {
    if (driver == null) {
      return;
    }
    try {
      driver.close();
    } catch (VolumeException e) {
      LOG.warn("array '{}' was not left tidily: {}", name, e.getMessage());
    }
  }

  /** A failure of the catalog in the words of the volume port. */
  static VolumeException volumeException(DomainException e) {
    VolumeException.Kind kind =
        switch (e.kind()) {
          case NOT_FOUND -> VolumeException.Kind.NOT_FOUND;
          case CONFLICT -> VolumeException.Kind.CONFLICT;
          case INVALID -> VolumeException.Kind.INVALID;
          case BUSY -> VolumeException.Kind.BUSY;
          case NO_SPACE -> VolumeException.Kind.OUT_OF_SPACE;
          case FENCED -> VolumeException.Kind.IO;
          case IO -> VolumeException.Kind.IO;
        };
    return new VolumeException(kind, e.getMessage(), e);
  }
}
