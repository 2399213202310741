/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;

/**
 * A TLS connection to an array with bounds on what an answer may cost: each read waits a limited
 * time, the bytes since the last request are counted, and so is the time since it. Connected means
 * that the handshake is over and the certificate was accepted.
 *
 * <p>Used by one thread at a time, as the library does; it may be closed by any.
 */
final class GuardedSocket extends Socket {

  private final TlsTrust trust;
  private final SendGuard guard;
  private final ArrayTimeouts timeouts;
  private final Connections connections;
  private final long answerBytesMax;
  private SSLSocket tls;
  private final AnswerHead head = new AnswerHead();
  private long answerBytes;
  private long deadlineNanos;
  private boolean answered;
  private boolean over;

  GuardedSocket(
      TlsTrust trust,
      SendGuard guard,
      ArrayTimeouts timeouts,
      Connections connections,
      long answerBytesMax) {
    this.trust = trust;
    this.guard = guard;
    this.timeouts = timeouts;
    this.connections = connections;
    this.answerBytesMax = answerBytesMax;
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
    InetSocketAddress address = (InetSocketAddress) endpoint;
    SSLSocket opened = trust.socket(address.getHostString());
    connections.opened(opened);
    try {
      opened.connect(address, connections.connectMillis());
      opened.setSoTimeout(connections.silenceMillis());
      opened.setTcpNoDelay(true);
      opened.startHandshake();
    } catch (IOException e) {
      connections.closed(opened);
      opened.close();
      throw e;
    }
    tls = opened;
    restart();
  }

  private void restart() {
    head.restart();
    answered = false;
    answerBytes = 0;
    deadlineNanos = System.nanoTime() + timeouts.call().toNanos();
  }

  private SSLSocket connected() throws SocketException {
    if (tls == null) {
      throw new SocketException("not connected");
    }
    return tls;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(connected().getInputStream()) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (over) {
          return -1;
        }
        checkDeadline();
        int count = super.read(bytes, offset, length);
        if (count > 0) {
          head.take(bytes, offset, count);
          if (head.turnsAway()) {
            guard.turnedAway();
          }
        }
        return counted(count);
      }
    };
  }

  private void checkDeadline() throws IOException {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new SocketTimeoutException(
          "the answer was not whole after " + timeouts.call().toSeconds() + " s");
    }
  }

  private int counted(int count) throws IOException {
    if (count >= 0) {
      answered = true;
      answerBytes += count;
      if (answerBytes > answerBytesMax) {
        throw new IOException("the answer is longer than " + answerBytesMax + " bytes");
      }
    }
    return count;
  }

  /**
   * Sends requests. One on a connection that an answer has ended, or the array meanwhile, is not
   * sent and finds the connection at its end, so that the library makes another: it would be lost,
   * and whether it was done could not be told.
   */
  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(connected().getOutputStream()) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        over = over || head.endsConnection() || (answered && isEndedByPeer());
        if (over) {
          return;
        }
        guard.sending(GuardedSocket.this);
        restart();
        out.write(bytes, offset, length);
      }
    };
  }

  /** Whether the array has closed the connection, or sends what nobody asked for. */
  private boolean isEndedByPeer() throws IOException {
    int silence = tls.getSoTimeout();
    tls.setSoTimeout(1);
    try {
      int unused = tls.getInputStream().read();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    } finally {
      if (!tls.isClosed()) {
        tls.setSoTimeout(silence);
      }
    }
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    connected();
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return connected().getSoTimeout();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    connected().setTcpNoDelay(on);
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    connected().setKeepAlive(on);
  }

  @Override
  public boolean isConnected() {
    return tls != null;
  }

  @Override
  public boolean isClosed() {
    return tls != null && tls.isClosed();
  }

  @Override
  public void shutdownInput() throws IOException {
    connected().shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    connected().shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    if (tls != null) {
      connections.closed(tls);
      Connections.close(tls);
    }
    super.close();
  }
}
