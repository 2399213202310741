/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device in memory whose pages never change, so that a copy of it costs an array of references:
 * one for each of tens of thousands of crashes. Thread-safe.
 */
class PagedDevice implements MemoryDevice {

  static final int PAGE = 4096;
  private static final byte[] ZEROES = new byte[PAGE];

  private final AtomicInteger promptCalls = new AtomicInteger();

  /** Null stands for a page of zeroes. */
  private final byte[][] pages;

  PagedDevice(long sizeBytes) {
    this(new byte[(int) (sizeBytes / PAGE)][]);
  }

  private PagedDevice(byte[][] pages) {
    this.pages = pages;
  }

  synchronized PagedDevice copy() {
    return new PagedDevice(pages.clone());
  }

  /** The device with room behind its end. */
  synchronized PagedDevice grown(long sizeBytes) {
    return new PagedDevice(Arrays.copyOf(pages, (int) (sizeBytes / PAGE)));
  }

  @Override
  public long sizeBytes() {
    return (long) pages.length * PAGE;
  }

  @Override
  public AtomicInteger promptCalls() {
    return promptCalls;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws DeviceException {
    int at = target.position();
    long position = offset;
    synchronized (this) {
      while (at < target.limit()) {
        byte[] page = pages[(int) (position / PAGE)];
        int in = (int) (position % PAGE);
        int length = Math.min(PAGE - in, target.limit() - at);
        target.put(at, page == null ? ZEROES : page, in, length);
        at += length;
        position += length;
      }
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws DeviceException {
    byte[] bytes = new byte[Math.min(PAGE, source.remaining())];
    // By pages of the device, for an array as long as a scrub's write costs the collector dear.
    for (int at = source.position(); at < source.limit(); ) {
      long position = offset + (at - source.position());
      int length = (int) Math.min(source.limit() - at, PAGE - position % PAGE);
      length = Math.min(length, bytes.length);
      source.get(at, bytes, 0, length);
      put(position, bytes, 0, length);
      at += length;
    }
  }

  synchronized void put(long offset, byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      long position = offset + (at - from);
      int in = (int) (position % PAGE);
      int length = Math.min(PAGE - in, to - at);
      int number = (int) (position / PAGE);
      if (length == PAGE && Arrays.equals(bytes, at, at + PAGE, ZEROES, 0, PAGE)) {
        pages[number] = null;
        at += PAGE;
        continue;
      }
      byte[] page = pages[number] == null ? new byte[PAGE] : pages[number].clone();
      System.arraycopy(bytes, at, page, in, length);
      pages[number] = Arrays.equals(page, ZEROES) ? null : page;
      at += length;
    }
  }

  /** Inverts one bit, as a medium does at rest. */
  synchronized void flip(long bit) {
    long offset = bit / Byte.SIZE;
    byte[] page = page((int) (offset / PAGE)).clone();
    page[(int) (offset % PAGE)] ^= (byte) (1 << bit % Byte.SIZE);
    pages[(int) (offset / PAGE)] = page;
  }

  /** The bytes of a page, not to be written to. */
  synchronized byte[] page(int number) {
    return pages[number] == null ? ZEROES : pages[number];
  }

  /** Where the first page lies that begins with that number; -1 if there is none. */
  long placeOf(int number) {
    for (int page = 0; page < sizeBytes() / PAGE; page++) {
      if (ByteBuffer.wrap(page(page)).getInt(0) == number) {
        return (long) page * PAGE;
      }
    }
    return -1;
  }

  /** The first page from there on that is not all zeroes, or -1. */
  synchronized int nextNonZero(int from) {
    int page = from;
    while (page < pages.length && pages[page] == null) {
      page++;
    }
    return page < pages.length ? page : -1;
  }

  boolean isZero(int page) {
    return page(page) == ZEROES;
  }

  @Override
  public void flush() throws DeviceException {
    // What is written is kept; losing it is the business of who replays a log.
  }
}
