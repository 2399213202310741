/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.PduDecoder;
import io.lunette.iscsi.pdu.PduFault;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduReceiver;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: bytes in, PDUs to the phase it is in, PDUs out. Everything of it runs on its
 * event loop. Responses to one read of the socket leave in one write.
 *
 * <p>While the initiator does not take what is sent, nothing is read from it (DESIGN I7).
 */
public final class IscsiConnection extends ChannelInboundHandlerAdapter implements PduReceiver {

  private static final Logger LOG = LoggerFactory.getLogger(IscsiConnection.class);

  /** What RFC 7143 §13.12 lets an initiator send before anything was declared. */
  static final int LOGIN_SEGMENT_BYTES = 8192;

  /** How often in a time of silence the phase is told that time goes by. */
  static final int TICKS = 4;

  /** How long an initiator that is to be closed may take to read what it is told. */
  private static final int LINGER_MILLIS = 2_000;

  private final TargetNode node;
  private final int portalGroup;
  private final PduDecoder decoder = new PduDecoder(this, LOGIN_SEGMENT_BYTES);
  private Channel channel;
  private PduWriter writer;
  private Phase phase;
  private ScheduledFuture<?> ticker;
  private int quietTicks;
  private boolean closing;

  /**
   * @param portalGroup tag of the group of the portal that it came in by
   */
  public IscsiConnection(TargetNode node, int portalGroup) {
    this.node = node;
    this.portalGroup = portalGroup;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    channel
        .config()
        .setRecvByteBufAllocator(
            new SegmentReceiver(decoder, channel.config().getRecvByteBufAllocator()));
    writer = new PduWriter(channel);
    node.pendingLogins().add(channel);
    phase = new LoginPhase(this, node);
    long period = Math.max(1, node.limits().silenceTime().toMillis() / TICKS);
    ticker =
        channel
            .eventLoop()
            .scheduleWithFixedDelay(
                () -> phase.tick(++quietTicks), period, period, TimeUnit.MILLISECONDS);
  }

  TargetNode node() {
    return node;
  }

  Channel channel() {
    return channel;
  }

  PduWriter writer() {
    return writer;
  }

  InetSocketAddress peer() {
    return (InetSocketAddress) channel.remoteAddress();
  }

  InetSocketAddress local() {
    return (InetSocketAddress) channel.localAddress();
  }

  int portalGroup() {
    return portalGroup;
  }

  void loginIsOver() {
    node.pendingLogins().remove(channel);
  }

  /** Goes on in another phase, with digests and segment lengths as agreed. */
  void enter(Phase next, boolean headerDigest, boolean dataDigest, int segmentBytes) {
    phase = next;
    decoder.configure(headerDigest, dataDigest, segmentBytes);
    writer.configure(headerDigest, dataDigest);
  }

  /**
   * Sends what was written, then closes; what still comes is dropped. Who does not read in time is
   * closed all the same.
   */
  void closeAfterFlush() {
    if (closing) {
      return;
    }
    closing = true;
    decoder.stop();
    writer.flush();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> channel.close());
    channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Closes because the initiator broke the protocol. */
  void violated(String what) {
    if (closing) {
      return;
    }
    LOG.warn("connection from {} closed: {}", peer(), what);
    closeAfterFlush();
  }

  boolean isClosing() {
    return closing || !channel.isActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      quietTicks = 0;
      writer.hold();
      decoder.feed(bytes);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    writer.flush();
    phase.flushed();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    channel.config().setAutoRead(channel.isWritable());
    if (channel.isWritable()) {
      writer.hold();
      phase.writable();
      writer.flush();
      phase.flushed();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    decoder.stop();
    ticker.cancel(false);
    phase.closed();
    writer.discard();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("connection from {} lost", peer(), cause);
    } else {
      LOG.error("connection from {} closed by a fault of the target", peer(), cause);
    }
    decoder.stop();
    channel.close();
  }

  @Override
  public ByteBuf segmentTarget(PduHeader header) {
    return phase.segmentTarget(header);
  }

  @Override
  public void received(PduHeader header, ByteBuf segment) {
    phase.received(header, segment);
  }

  /** At error recovery level 0 a bad digest ends the session (RFC 7143 §7.8). */
  @Override
  public void broken(PduFault fault, PduHeader header) {
    phase.broken(fault, header);
    violated(
        switch (fault) {
          case HEADER_DIGEST -> "a header digest does not fit";
          case DATA_DIGEST -> "a data digest does not fit";
          case SEGMENT_TOO_LONG -> "a data segment of " + header.dataBytes() + " bytes is too long";
        });
  }
}
