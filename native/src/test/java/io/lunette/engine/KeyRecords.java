/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** The wrapped keys that lie on a device, found without the engine. */
final class KeyRecords {

  private static final int MAGIC =
      ByteBuffer.wrap("LNKY".getBytes(StandardCharsets.US_ASCII)).getInt();

  private static final int UUID_OFFSET = 8;
  private static final int ID_OFFSET = 24;

  private KeyRecords() {}

  /** Every record that is sound, the two copies of one as one. */
  static List<KeySlot> of(PagedDevice device, UUID pool) throws FormatException {
    List<KeySlot> found = new ArrayList<>();
    for (int page : pages(device)) {
      ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
      for (int at = 0; at < PagedDevice.PAGE; at += KeySlot.BYTES) {
        if (bytes.getInt(at) == MAGIC) {
          KeySlot slot = KeySlot.decode(bytes, at, pool);
          if (found.stream().noneMatch(other -> other.id() == slot.id())) {
            found.add(slot);
          }
        }
      }
    }
    return found;
  }

  /** The numbers of the pages that have any. */
  static List<Integer> pages(PagedDevice device) {
    return IntStream.range(0, (int) (device.sizeBytes() / PagedDevice.PAGE))
        .filter(page -> isIn(ByteBuffer.wrap(device.page(page))))
        .boxed()
        .toList();
  }

  /** Whether a record begins there, sound or not. */
  static boolean isAt(ByteBuffer bytes, int at) {
    return bytes.getInt(at) == MAGIC;
  }

  /** The number of the key of the record that begins there. */
  static long idAt(ByteBuffer bytes, int at) {
    return Long.reverseBytes(bytes.getLong(at + ID_OFFSET));
  }

  /** Pool and number of the key, which every record of it has, whatever it is wrapped by. */
  static byte[] nameAt(ByteBuffer bytes, int at) {
    byte[] name = new byte[ID_OFFSET + Long.BYTES - UUID_OFFSET];
    bytes.get(at + UUID_OFFSET, name);
    return name;
  }

  /** Whether that is a page with such records. */
  static boolean isIn(ByteBuffer page) {
    return page.remaining() == PagedDevice.PAGE && count(page) > 0;
  }

  /** How many there are in a page. */
  static int count(ByteBuffer page) {
    ByteBuffer bytes = page.slice();
    return (int)
        IntStream.range(0, KeySlot.PER_PAGE)
            .filter(i -> bytes.getInt(i * KeySlot.BYTES) == MAGIC)
            .count();
  }
}
