/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.libiscsi.InitiatorSession;

/** Writes, or reads, every place of a region once. */
final class SweepLane extends Lane {

  private final Region region;
  private final boolean read;
  private int left;

  SweepLane(InitiatorSession session, Region region, Content content, boolean read) {
    super(session, region, content);
    this.region = region;
    this.read = read;
    region.rewind();
    left = region.places();
  }

  @Override
  boolean hasNext(long now) {
    return left-- > 0;
  }

  @Override
  int nextPlace() {
    return region.takeNext();
  }

  @Override
  boolean nextIsRead() {
    return read;
  }

  @Override
  void ended(long begun, long now) {}
}
