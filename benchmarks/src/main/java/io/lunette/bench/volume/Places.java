/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import java.util.Arrays;
import java.util.Random;

/** Where the operations of a load go. */
final class Places {

  private Places() {}

  /** One after the other, from the beginning again at the end. */
  static long[] sequential(long sizeBytes, int bytes, int count) {
    return every(sizeBytes, bytes, count);
  }

  /** The same, from some place on. */
  static long[] sequentialFrom(long first, long sizeBytes, int bytes, int count) {
    return Arrays.stream(sequential(sizeBytes, bytes, count))
        .map(offset -> (first + offset) % sizeBytes)
        .toArray();
  }

  /** At a distance, so that each is in another extent. */
  static long[] every(long sizeBytes, long stride, int count) {
    long[] offsets = new long[count];
    long places = sizeBytes / stride;
    for (int i = 0; i < count; i++) {
      offsets[i] = i % places * stride;
    }
    return offsets;
  }

  /** At random, a place more than once. */
  static long[] random(long sizeBytes, int bytes, int count, long seed) {
    Random random = new Random(seed);
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = random.nextLong(sizeBytes / bytes) * bytes;
    }
    return offsets;
  }

  /** At random, no place more than once; as many as there are at most. */
  static long[] randomOnce(long sizeBytes, int bytes, int count, long seed) {
    int places = Math.toIntExact(sizeBytes / bytes);
    int[] order = new int[places];
    for (int i = 0; i < places; i++) {
      order[i] = i;
    }
    Random random = new Random(seed);
    long[] offsets = new long[Math.min(count, places)];
    for (int i = 0; i < offsets.length; i++) {
      int j = i + random.nextInt(places - i);
      offsets[i] = (long) order[j] * bytes;
      order[j] = order[i];
    }
    return offsets;
  }
}
