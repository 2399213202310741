/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.VolumeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drivers of the registered arrays. An array is connected when it is first needed; one that
 * could not be is not tried again for a few seconds, so that it does not hold up every call.
 * Thread-safe.
 */
public final class ConnectedArrays implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectedArrays.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private static final class Slot {
    private volatile ArrayDriver driver;
    private VolumeException failure;
    private Instant notBefore = Instant.MIN;
  }

  private final Catalog catalog;
  private final ArrayConnector connector;
  private final Clock clock;
  private final ArrayLedger ledger = new ArrayLedger();
  private final Map<ArrayName, Slot> slots = new TreeMap<>();
  private boolean closed;

  public ConnectedArrays(Catalog catalog, ArrayConnector connector, Clock clock) {
    this.catalog = catalog;
    this.connector = connector;
    this.clock = clock;
  }

  /** The registered arrays. */
  List<StorageArray> registered() throws DomainException {
    return catalog.read(ledger::all);
  }

  /**
   * The driver of an array.
   *
   * @throws VolumeException NOT_FOUND if it is not registered; IO if it does not answer
   */
  ArrayDriver get(ArrayName name) throws VolumeException {
    Slot slot = slot(name);
    synchronized (slot) {
      if (slot.driver != null) {
        return slot.driver;
      }
      if (clock.instant().isBefore(slot.notBefore)) {
        throw new VolumeException(slot.failure.kind(), slot.failure.getMessage(), slot.failure);
      }
      try {
        slot.driver = connector.connect(registration(name));
        return slot.driver;
      } catch (VolumeException e) {
        LOG.warn("array '{}' is not connected: {}", name, e.getMessage());
        slot.failure = e;
        slot.notBefore = clock.instant().plus(RETRY_AFTER);
        throw e;
      }
    }
  }

  private synchronized Slot slot(ArrayName name) throws VolumeException {
    if (closed) {
      throw new VolumeException(VolumeException.Kind.IO, "array '" + name + "' was disconnected");
    }
    return slots.computeIfAbsent(name, unused -> new Slot());
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
    Slot slot = slot(name);
    synchronized (slot) {
      slot.driver = driver;
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
      close(name, slot);
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
    all.forEach(ConnectedArrays::close);
  }

  private static void close(ArrayName name, Slot slot) {
    synchronized (slot) {
      if (slot.driver == null) {
        return;
      }
      try {
        slot.driver.close();
      } catch (VolumeException e) {
        LOG.warn("array '{}' was not left tidily: {}", name, e.getMessage());
      }
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
