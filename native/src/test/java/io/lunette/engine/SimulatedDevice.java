/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device in memory that can die. What was written since the last flush is then, sector by sector,
 * kept or lost as a seeded coin falls; what was flushed stays.
 *
 * <p>Thread-safe. After its death every call fails.
 */
final class SimulatedDevice implements MemoryDevice {

  private static final int SECTOR = 512;

  private final AtomicInteger promptCalls = new AtomicInteger();
  private long sizeBytes;
  private final HashMap<Long, byte[]> durable;
  private final HashMap<Long, byte[]> volatileSectors = new HashMap<>();
  private long callsUntilDeath;
  private boolean dead;
  private boolean full;

  SimulatedDevice(long sizeBytes) {
    this(sizeBytes, new HashMap<>(), Long.MAX_VALUE);
  }

  private SimulatedDevice(long sizeBytes, HashMap<Long, byte[]> durable, long callsUntilDeath) {
    this.sizeBytes = sizeBytes;
    this.durable = durable;
    this.callsUntilDeath = callsUntilDeath;
  }

  /** Lets it die at the write or flush that comes after so many others. */
  synchronized void dieAfter(long calls) {
    callsUntilDeath = calls;
  }

  synchronized boolean isDead() {
    return dead;
  }

  /** From now on, or no longer, no sector can be written that never was. */
  synchronized void setFull(boolean isFull) {
    full = isFull;
  }

  /** The device that it simulates is made larger. */
  synchronized void setSize(long bytes) {
    sizeBytes = bytes;
  }

  /** Dies now. */
  synchronized void die() {
    dead = true;
  }

  /** The device as it is after the power comes back. */
  synchronized SimulatedDevice afterDeath(Random coin) {
    dead = true;
    HashMap<Long, byte[]> left = new HashMap<>(durable);
    volatileSectors.forEach(
        (sector, bytes) -> {
          if (coin.nextBoolean()) {
            left.put(sector, bytes);
          }
        });
    return new SimulatedDevice(sizeBytes, left, Long.MAX_VALUE);
  }

  /** Whether any sector contains that text, durable or not. */
  synchronized boolean contains(byte[] needle) {
    return containsIn(durable, needle) || containsIn(volatileSectors, needle);
  }

  private static boolean containsIn(HashMap<Long, byte[]> sectors, byte[] needle) {
    for (byte[] sector : sectors.values()) {
      for (int at = 0; at + needle.length <= sector.length; at++) {
        if (java.util.Arrays.equals(sector, at, at + needle.length, needle, 0, needle.length)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public synchronized long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public AtomicInteger promptCalls() {
    return promptCalls;
  }

  @Override
  public synchronized void read(long offset, ByteBuffer target) throws DeviceException {
    requireAlive();
    int at = target.position();
    long position = offset;
    while (at < target.limit()) {
      int in = (int) (position % SECTOR);
      int length = Math.min(SECTOR - in, target.limit() - at);
      target.put(at, sector(position / SECTOR), in, length);
      at += length;
      position += length;
    }
  }

  @Override
  public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
    boolean dies = countDown();
    if (full) {
      requireWritten(offset, source.remaining());
    }
    int at = source.position();
    long position = offset;
    while (at < source.limit()) {
      int in = (int) (position % SECTOR);
      int length = Math.min(SECTOR - in, source.limit() - at);
      byte[] sector = sector(position / SECTOR).clone();
      source.get(at, sector, in, length);
      volatileSectors.put(position / SECTOR, sector);
      at += length;
      position += length;
    }
    if (dies) {
      dead = true;
      requireAlive();
    }
  }

  /** Dies in the middle, with some of the sectors durable, or after it with all. */
  @Override
  public synchronized void writeDurably(long offset, ByteBuffer source) throws DeviceException {
    write(offset, source);
    boolean dies = countDown();
    for (long at = offset / SECTOR; at * SECTOR < offset + source.remaining(); at++) {
      byte[] sector = volatileSectors.remove(at);
      if (sector != null) {
        durable.put(at, sector);
      }
    }
    if (dies) {
      dead = true;
      requireAlive();
    }
  }

  @Override
  public synchronized void flush() throws DeviceException {
    if (countDown()) {
      dead = true;
      requireAlive();
    }
    durable.putAll(volatileSectors);
    volatileSectors.clear();
  }

  private void requireWritten(long offset, int length) throws DeviceException {
    for (long at = offset / SECTOR; at * SECTOR < offset + length; at++) {
      if (!volatileSectors.containsKey(at) && !durable.containsKey(at)) {
        throw new DeviceException("simulated: no space is left for sector " + at, true);
      }
    }
  }

  private byte[] sector(long number) {
    byte[] unflushed = volatileSectors.get(number);
    return unflushed != null ? unflushed : durable.getOrDefault(number, ZERO);
  }

  private static final byte[] ZERO = new byte[SECTOR];

  private boolean countDown() throws DeviceException {
    requireAlive();
    callsUntilDeath--;
    return callsUntilDeath <= 0;
  }

  private void requireAlive() throws DeviceException {
    if (dead) {
      throw new DeviceException("simulated: the power is gone");
    }
  }
}
