/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.appliance.config.ByteSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A target that does nothing: it forgets what is written and reads zeroes that it never fetched. A
 * load on it shows what the load generator and the sockets cost by themselves, which is what no
 * figure of a real target can be below.
 *
 * <p>It speaks as much iSCSI as libiscsi asks of it, and one thread serves a connection.
 */
public final class NullTarget implements AutoCloseable {

  /** What tables call it. */
  public static final String NAME = "null";

  private static final String IQN = "iqn.2026-11.io.lunette.bench:null";
  private static final long SIZE_BYTES = ByteSize.parse("1G").bytes();

  private final ServerSocketChannel listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private NullTarget(ServerSocketChannel listener) {
    this.listener = listener;
  }

  /** Listens on a free port of the loopback interface. */
  public static NullTarget start() throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    NullTarget target = new NullTarget(listener);
    target.threads.execute(target::accept);
    return target;
  }

  /** Where it is. */
  public TargetUrl url() {
    int port = listener.socket().getLocalPort();
    return TargetUrl.parse(NAME + "=iscsi://127.0.0.1:" + port + "/" + IQN + "/0");
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        threads.execute(() -> serve(connection));
      }
    } catch (IOException closed) {
      threads.shutdown();
    }
  }

  private static void serve(SocketChannel connection) {
    try (NullConnection serving = new NullConnection(connection, SIZE_BYTES)) {
      serving.run();
    } catch (ClosedChannelException ended) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException("the null target lost a connection", e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
