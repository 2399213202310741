/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/**
 * How sockets are served. Everything above it is the same for all.
 *
 * <p>Where more than one can be had, {@link #EPOLL} is taken: see
 * docs/adr/0002-epoll-and-inline-io.md.
 */
enum Transport {
  EPOLL(EpollServerSocketChannel.class) {
    @Override
    boolean isAvailable() {
      return Epoll.isAvailable();
    }

    @Override
    IoHandlerFactory io() {
      return EpollIoHandler.newFactory(0, () -> new BoundedSpin(System::nanoTime));
    }
  },

  IO_URING(IoUringServerSocketChannel.class) {
    @Override
    boolean isAvailable() {
      return IoUring.isAvailable();
    }

    @Override
    IoHandlerFactory io() {
      return IoUringIoHandler.newFactory();
    }
  },

  /** What every Java has; wakes up with every event. */
  NIO(NioServerSocketChannel.class) {
    @Override
    boolean isAvailable() {
      return true;
    }

    @Override
    IoHandlerFactory io() {
      return NioIoHandler.newFactory();
    }
  };

  /**
   * Forces one, for comparisons and for trouble: {@code epoll}, {@code io_uring} or {@code nio}.
   */
  static final String PROPERTY = "lunette.iscsi.transport";

  private final Class<? extends ServerChannel> serverChannel;

  Transport(Class<? extends ServerChannel> serverChannel) {
    this.serverChannel = serverChannel;
  }

  abstract boolean isAvailable();

  abstract IoHandlerFactory io();

  Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** The one to use here: the first that can be had. */
  static Transport best() {
    String forced = System.getProperty(PROPERTY);
    for (Transport each : values()) {
      if (forced == null ? each.isAvailable() : forced.equalsIgnoreCase(each.name())) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        PROPERTY + "=" + forced + ": expected epoll, io_uring or nio");
  }
}
