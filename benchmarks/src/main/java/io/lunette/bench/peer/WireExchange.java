/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.Workload;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The bytes of a workload over one loopback TCP connection and nothing else: a header each way, the
 * data with one of them, as many requests under way as the workload has. No target on this machine
 * that answers each command by itself does more.
 */
final class WireExchange {

  private static final int HEADER_BYTES = 48;

  private WireExchange() {}

  /** Exchanges a second, over that long; neither side waits for ever, for each ends the other. */
  static double perSecond(Workload workload, Duration duration) throws IOException {
    boolean read = workload.mix().readPercent() == 100;
    int request = HEADER_BYTES + (read ? 0 : workload.blockBytes());
    int response = HEADER_BYTES + (read ? workload.blockBytes() : 0);
    ExecutorService responder = Executors.newSingleThreadExecutor();
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Future<Long> answers = responder.submit(() -> respond(listener, request, response));
      double rate;
      try (SocketChannel channel = SocketChannel.open(listener.getLocalAddress())) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        rate = ask(channel, request, response, workload.depth(), duration);
      }
      long answered = answers.get();
      if (answered == 0) {
        throw new IOException("bare TCP: nothing was exchanged");
      }
      return rate;
    } catch (ExecutionException e) {
      throw new IOException("bare TCP: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      responder.shutdownNow();
    }
  }

  private static double ask(
      SocketChannel channel, int request, int response, int depth, Duration duration)
      throws IOException {
    ByteBuffer out = ByteBuffer.allocateDirect(request);
    ByteBuffer in = ByteBuffer.allocateDirect(response);
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    long sent = 0;
    long received = 0;
    do {
      while (sent - received < depth) {
        send(channel, out);
        sent++;
      }
      receive(channel, in);
      received++;
    } while (System.nanoTime() - end < 0);
    while (received < sent) {
      receive(channel, in);
      received++;
    }
    return received * 1e9 / (System.nanoTime() - begin);
  }

  private static long respond(ServerSocketChannel listener, int request, int response)
      throws IOException {
    ByteBuffer in = ByteBuffer.allocateDirect(request);
    ByteBuffer out = ByteBuffer.allocateDirect(response);
    long answered = 0;
    try (SocketChannel channel = listener.accept()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      while (tryReceive(channel, in)) {
        send(channel, out);
        answered++;
      }
    }
    return answered;
  }

  private static void send(SocketChannel channel, ByteBuffer buffer) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      int ignored = channel.write(buffer);
    }
  }

  private static void receive(SocketChannel channel, ByteBuffer buffer) throws IOException {
    if (!tryReceive(channel, buffer)) {
      throw new EOFException("the other end closed");
    }
  }

  private static boolean tryReceive(SocketChannel channel, ByteBuffer buffer) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return false;
      }
    }
    return true;
  }
}
