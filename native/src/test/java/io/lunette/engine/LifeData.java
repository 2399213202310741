/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.engine.CrashModel.Content;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** The steps of a {@link CrashLife} that change what a volume holds. */
final class LifeData {

  private static final int EXTENT_SECTORS = PoolLayout.EXTENT_BYTES / CrashModel.SECTOR;

  private final LifeBooks books;

  LifeData(LifeBooks books) {
    this.books = books;
  }

  void write() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    Range range = range(books.model.now.get(name), false);
    int[] written = new int[range.to - range.from];
    int stamp = ++books.lastStamp;
    Arrays.fill(written, stamp);
    BlockDevice volume = books.opened(name);
    books.wrote(name, stamp);
    boolean atomic = books.random.nextInt(5) == 0;
    boolean isDurable = books.random.nextInt(6) == 0;
    Durability durability = isDurable ? Durability.DURABLE : Durability.VISIBLE;
    long offset = (long) range.from * LifeBooks.SECTOR;
    ByteBuffer bytes = bytes(stamp, written.length);
    books.model.writing(books.device.calls(), name, range.from, written, atomic);
    if (atomic) {
      BlockingIo.writeAtomic(volume, offset, bytes, durability);
    } else {
      BlockingIo.write(volume, offset, bytes, durability);
    }
    books.model.written(name, range.from, written);
    if (isDurable) {
      books.model.durable(books.device.calls());
    }
  }

  void zero() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    Range range = range(books.model.now.get(name), books.random.nextBoolean());
    int[] zeroes = new int[range.to - range.from];
    BlockDevice volume = books.opened(name);
    books.model.writing(books.device.calls(), name, range.from, zeroes, false);
    long offset = (long) range.from * LifeBooks.SECTOR;
    long length = (long) zeroes.length * LifeBooks.SECTOR;
    if (books.random.nextBoolean()) {
      BlockingIo.discard(volume, offset, length);
    } else {
      Provisioning kept = books.random.nextBoolean() ? Provisioning.MAY_RELEASE : Provisioning.KEEP;
      BlockingIo.writeZeroes(volume, offset, length, kept, Durability.VISIBLE);
    }
    books.model.written(name, range.from, zeroes);
  }

  void flush() throws Exception {
    if (!books.open.isEmpty()) {
      BlockDevice volume = books.open.values().iterator().next();
      int start = books.device.calls();
      BlockingIo.flush(volume);
      books.model.acknowledge("flush", start, books.device.calls());
    }
  }

  /** Of a volume without snapshots nothing is left but what it shows. */
  void purge() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    int start = books.device.calls();
    BlockingIo.purge(books.opened(name));
    if (name.startsWith("v") && !books.snapshots.containsValue(name)) {
      books.forget(name, (BitSet) books.stamps.get(name).clone());
    }
    books.model.acknowledge("purge of " + name, start, books.device.calls());
  }

  /** Of a volume that is open; refused where a snapshot needs the key. */
  void cryptoErase() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    BlockDevice volume = books.opened(name);
    int start = books.device.calls();
    int[] zeroes = new int[books.model.now.get(name).stamps().length];
    long key = books.keyOf(name);
    String what = "cryptographic erase of " + name;
    try {
      BlockingIo.await(volume::cryptoErase);
    } catch (BlockException e) {
      if (e.kind() == BlockException.Kind.UNSUPPORTED) {
        return;
      }
      books.model.now.put(name, new Content(false, false, zeroes));
      books.model.leaveOpen(what, start);
      throw e;
    }
    books.model.now.put(name, new Content(false, false, zeroes));
    books.forgetKey(name, key);
    books.model.acknowledge(what, start, books.device.calls());
  }

  private record Range(int from, int to) {}

  private Range range(Content content, boolean wholeBlocks) {
    int sectors = content.stamps().length;
    int unit = wholeBlocks ? LifeBooks.BLOCK_SECTORS : books.model.blockSectors;
    int from = books.random.nextInt(sectors / unit) * unit;
    int most = books.random.nextInt(8) == 0 ? 4 * EXTENT_SECTORS : 3 * LifeBooks.BLOCK_SECTORS;
    int length = (1 + books.random.nextInt(most / unit)) * unit;
    if (books.random.nextInt(4) == 0) {
      from = from / EXTENT_SECTORS * EXTENT_SECTORS;
      length = EXTENT_SECTORS;
    }
    return new Range(from, Math.min(sectors, from + length));
  }

  static ByteBuffer bytes(int stamp, int sectors) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(sectors * LifeBooks.SECTOR);
    while (bytes.hasRemaining()) {
      bytes.putInt(CrashLife.MAGIC).putInt(stamp);
    }
    return bytes.flip();
  }
}
