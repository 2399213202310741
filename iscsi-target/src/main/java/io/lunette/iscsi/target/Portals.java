/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that a target listens on, and their event loops. */
final class Portals {

  private static final Logger LOG = LoggerFactory.getLogger(Portals.class);

  private static final int BACKLOG = 1024;
  private static final int MOST_READ_BYTES = 256 << 10;

  /** A connection with this much unsent is not read from. */
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(2 << 20, 8 << 20);

  private final EventLoopGroup loops;
  private final Transport transport;
  private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final int mostConnections;
  private final IntFunction<ChannelHandler> handlers;
  private final List<TargetPortal> open = new ArrayList<>();

  Portals(
      Transport transport,
      List<TargetPortal> wanted,
      int eventLoops,
      int mostConnections,
      IntFunction<ChannelHandler> handlers)
      throws PortalException {
    this.transport = transport;
    this.mostConnections = mostConnections;
    this.handlers = handlers;
    int threads = eventLoops > 0 ? eventLoops : Runtime.getRuntime().availableProcessors();
    loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("lunette-iscsi", true), transport.io());
    try {
      for (TargetPortal portal : wanted) {
        int group = portal.portalGroup();
        open.add(new TargetPortal(listen(portal.address(), group), group));
      }
    } catch (PortalException e) {
      stopListening();
      close();
      throw e;
    }
  }

  private InetSocketAddress listen(InetSocketAddress address, int portalGroup)
      throws PortalException {
    if (address.isUnresolved()) {
      throw new PortalException(
          "cannot listen on " + address.getHostString() + ": no such host", null);
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(512, 16 << 10, MOST_READ_BYTES))
            .childHandler(new Accepted(portalGroup))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new PortalException(
          "cannot listen on "
              + address.getAddress().getHostAddress()
              + ":"
              + address.getPort()
              + ": "
              + reason(bound.cause()),
          bound.cause());
    }
    listeners.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  private static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.contains("in use") ? "the address is in use" : message;
  }

  private final class Accepted extends ChannelInitializer<Channel> {

    private final int portalGroup;

    Accepted(int portalGroup) {
      this.portalGroup = portalGroup;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (connections.size() >= mostConnections) {
        LOG.warn(
            "connection from {} refused: there are {}", channel.remoteAddress(), mostConnections);
        channel.close();
        return;
      }
      connections.add(channel);
      channel.pipeline().addLast(handlers.apply(portalGroup));
    }
  }

  /** Where it listens, with the ports that the system chose. */
  List<TargetPortal> open() {
    return List.copyOf(open);
  }

  /** Connections that are open. */
  int connections() {
    return connections.size();
  }

  void stopListening() {
    listeners.close().awaitUninterruptibly();
  }

  /** Closes what is still connected, and ends the event loops. */
  void close() {
    connections.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
