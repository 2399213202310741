/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that remembers every write and flush of a life, in order, so that its state after a
 * crash at any of them can be made without living that life again. It can also fail at a call.
 */
final class RecordingDevice extends PagedDevice {

  /**
   * What kind of device it is.
   *
   * @param isHasty whether calls take no time, or some of them a little, so that the threads of the
   *     engine come in another order
   * @param sectorBytes what a crash does not tear
   * @param writesDurably whether a write can be durable for less than a flush of everything
   */
  record Kind(boolean isHasty, int sectorBytes, boolean writesDurably) {}

  private static final Kind USUAL = new Kind(true, 512, true);

  /**
   * A write, or a flush where there are no bytes. A durable write is two calls: one like any other,
   * and one that makes the same bytes certain.
   *
   * @param askedAfter of a flush, how many calls had ended when it was asked for: it is of no
   *     others
   */
  private record Call(long offset, byte[] bytes, boolean isCertain, int askedAfter) {

    boolean isFlush() {
      return bytes == null;
    }
  }

  private static final int MOST_DELAY_NANOS = 50_000;

  private final PagedDevice before;
  private final Kind kind;
  private final List<Call> calls = new ArrayList<>();
  private long failingCall = Long.MAX_VALUE;
  private long counted;
  private boolean failed;

  /** A recording that begins with what {@code before} holds. */
  RecordingDevice(PagedDevice before) {
    this(before, USUAL);
  }

  /** The same, of some kind. */
  RecordingDevice(PagedDevice before, Kind kind) {
    super(before.sizeBytes());
    this.kind = kind;
    this.before = before.copy();
    for (int page = 0; page < before.sizeBytes() / PAGE; page++) {
      if (!before.isZero(page)) {
        put((long) page * PAGE, before.page(page), 0, PAGE);
      }
    }
  }

  Kind kind() {
    return kind;
  }

  /** Lets the call that comes after so many others end in an I/O error, once. */
  synchronized void failAt(long call) {
    failingCall = call;
  }

  /** How many calls there were that can fail, reads among them. */
  synchronized long counted() {
    return counted;
  }

  synchronized boolean hasFailed() {
    return failed;
  }

  /** How many calls have been recorded. */
  synchronized int calls() {
    return calls.size();
  }

  /** The calls around one, for whoever looks for a fault. */
  String around(int call) {
    return text(Math.max(0, call - 40), Math.min(calls(), call + 6), call);
  }

  /** Calls from one to before another, a line each; those from {@code crash} on never happened. */
  synchronized String text(int from, int to, int crash) {
    StringBuilder text = new StringBuilder();
    for (int at = from; at < to; at++) {
      Call one = calls.get(at);
      text.append('\n').append(at).append(at < crash ? "  " : " x ");
      text.append(
          one.isFlush()
              ? "flush of " + one.askedAfter
              : one.bytes.length + " bytes at " + one.offset);
      text.append(one.isCertain ? " durably" : "");
    }
    return text.toString();
  }

  /** Outside of the lock, so that others overtake; of one call in so many. */
  private void delay(int calls) {
    if (!kind.isHasty && ThreadLocalRandom.current().nextInt(calls) == 0) {
      LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(MOST_DELAY_NANOS));
    }
  }

  private void countDown() throws DeviceException {
    counted++;
    if (failingCall-- == 0) {
      failed = true;
      throw new DeviceException("simulated: an I/O error");
    }
  }

  @Override
  public void read(long offset, ByteBuffer target) throws DeviceException {
    delay(4);
    synchronized (this) {
      countDown();
      super.read(offset, target);
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws DeviceException {
    delay(4);
    record(offset, source, false);
  }

  @Override
  public void writeDurably(long offset, ByteBuffer source) throws DeviceException {
    if (!kind.writesDurably) {
      super.writeDurably(offset, source);
      return;
    }
    delay(4);
    synchronized (this) {
      record(offset, source, false);
      record(offset, source, true);
    }
  }

  /** A call of its own, which a crash tears as it does a write. */
  @Override
  public void zeroRange(long offset, long length) throws DeviceException {
    write(offset, ByteBuffer.allocate((int) length));
  }

  /** The same. */
  @Override
  public void punchHole(long offset, long length) throws DeviceException {
    write(offset, ByteBuffer.allocate((int) length));
  }

  @Override
  public DeviceFeatures probe(long scratchOffset, int scratchBytes) {
    return new DeviceFeatures(
        "memory",
        "",
        kind.sectorBytes,
        kind.sectorBytes,
        0,
        Support.NO,
        Support.YES,
        Support.YES,
        Support.NO,
        kind.writesDurably ? Support.YES : Support.NO,
        Support.NO,
        Support.YES);
  }

  private synchronized void record(long offset, ByteBuffer source, boolean certain)
      throws DeviceException {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    calls.add(new Call(offset, bytes, certain, 0));
    put(offset, bytes, 0, bytes.length);
    // An error says that the bytes may or may not be there.
    countDown();
  }

  @Override
  public void flush() throws DeviceException {
    int asked = calls();
    delay(1);
    synchronized (this) {
      countDown();
      calls.add(new Call(0, null, false, asked));
    }
  }

  /** Is told of a write: where, and what. */
  interface Write {
    void to(long offset, byte[] bytes);
  }

  /** Tells of every page that it began with, and of every write since, from first to last. */
  synchronized void forEachWrite(Write write) {
    for (int page = before.nextNonZero(0); page >= 0; page = before.nextNonZero(page + 1)) {
      write.to((long) page * PAGE, before.page(page));
    }
    for (Call call : calls) {
      if (!call.isFlush() && !call.isCertain) {
        write.to(call.offset, call.bytes);
      }
    }
  }

  /** Goes through the crash points of the recorded life, from first to last. */
  Crashes crashes() {
    return new Crashes();
  }

  /** The states that a device may be in after a crash, one call after another. */
  final class Crashes {

    private final PagedDevice durable = before.copy();

    /** Writes by their place among the calls. */
    private final NavigableMap<Integer, Call> unflushed = new TreeMap<>();

    private int at;

    /** How many calls came before the crash. */
    int at() {
      return at;
    }

    /** Whether the device may hold something else than what flushes were of. */
    boolean isUncertain() {
      return !unflushed.isEmpty();
    }

    /** Goes on by one call; false when the life ends. */
    boolean advance() {
      if (at == calls.size()) {
        return false;
      }
      Call call = calls.get(at++);
      if (call.isFlush()) {
        Map<Integer, Call> flushed = unflushed.headMap(call.askedAfter);
        flushed
            .values()
            .forEach(write -> durable.put(write.offset, write.bytes, 0, write.bytes.length));
        flushed.clear();
      } else {
        unflushed.put(at - 1, call);
      }
      return true;
    }

    /** Where those of these pages begin that were under way: written and not flushed. */
    List<Long> underWay(List<Integer> pages) {
      return unflushed.values().stream()
          .map(Call::offset)
          .filter(at -> pages.contains((int) (at / PAGE)))
          .distinct()
          .toList();
    }

    /** The device with every unflushed sector kept with that chance: torn, reordered, lost. */
    PagedDevice image(Random coin, double kept) {
      PagedDevice image = durable.copy();
      for (Call write : unflushed.values()) {
        if (kept >= 1 || write.isCertain) {
          image.put(write.offset, write.bytes, 0, write.bytes.length);
          continue;
        }
        int sector = kind.sectorBytes;
        for (int from = 0; kept > 0 && from < write.bytes.length; from += sector) {
          if (coin.nextDouble() < kept) {
            image.put(write.offset + from, write.bytes, from, from + sector);
          }
        }
      }
      return image;
    }
  }
}
