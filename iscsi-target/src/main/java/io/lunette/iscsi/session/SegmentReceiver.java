/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.PduDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Lets the socket put the rest of a long data segment where the command wants it, and everything
 * else into buffers as another allocator deals them. Owned by the connection's event loop.
 */
final class SegmentReceiver implements RecvByteBufAllocator {

  /** Some headers, where long segments are expected behind them. */
  private static final int HEADER_READ_BYTES = 1024;

  private final PduDecoder decoder;
  private final RecvByteBufAllocator others;

  SegmentReceiver(PduDecoder decoder, RecvByteBufAllocator others) {
    this.decoder = decoder;
    this.others = others;
  }

  /** Netty has deprecated the type that this method must return. */
  @Override
  @SuppressWarnings("deprecation")
  public Handle newHandle() {
    return new SegmentHandle((ExtendedHandle) others.newHandle());
  }

  @SuppressWarnings("deprecation")
  private final class SegmentHandle extends DelegatingHandle implements ExtendedHandle {

    private final ExtendedHandle handle;

    SegmentHandle(ExtendedHandle handle) {
      super(handle);
      this.handle = handle;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf room = decoder.room();
      if (room != null) {
        return room;
      }
      return decoder.expectsLongSegment()
          ? allocator.directBuffer(HEADER_READ_BYTES)
          : super.allocate(allocator);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return handle.continueReading(maybeMoreData);
    }
  }
}
