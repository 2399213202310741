/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.core.DomainException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A connection to a monitor of QEMU: JSON, a message a line, nothing later than the deadline. */
final class QmpMonitor implements Closeable {

  private static final int MESSAGE_BYTES_MAX = 1 << 20;

  private final SocketChannel channel;
  private final Selector selector;
  private final Deadline deadline;
  private final ObjectMapper json = new ObjectMapper();
  private final ByteBuffer received = ByteBuffer.allocate(8192).flip();

  private QmpMonitor(SocketChannel channel, Selector selector, Deadline deadline) {
    this.channel = channel;
    this.selector = selector;
    this.deadline = deadline;
  }

  /**
   * Connects, or fails at once: a blocking connect would wait for ever in front of a monitor that
   * takes no more connections.
   */
  static QmpMonitor connect(Path socket, Deadline deadline) throws IOException {
    Selector selector = Selector.open();
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.configureBlocking(false);
        if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
          throw new IOException("it takes no connection");
        }
        channel.register(selector, SelectionKey.OP_READ);
        return new QmpMonitor(channel, selector, deadline);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  void write(String message) throws IOException, DomainException {
    ByteBuffer line = ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8));
    while (line.hasRemaining()) {
      if (channel.write(line) == 0) {
        throw deadline.passed();
      }
    }
  }

  JsonNode read() throws IOException, DomainException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (line.size() < MESSAGE_BYTES_MAX) {
      if (!received.hasRemaining()) {
        receive();
      }
      byte next = received.get();
      if (next == '\n') {
        return json.readTree(line.toByteArray());
      }
      line.write(next);
    }
    throw new IOException("a message of more than " + MESSAGE_BYTES_MAX + " bytes");
  }

  private void receive() throws IOException, DomainException {
    received.clear();
    int count = channel.read(received);
    while (count == 0) {
      selector.select(Math.max(1, deadline.remaining().toMillis()));
      selector.selectedKeys().clear();
      count = channel.read(received);
    }
    received.flip();
    if (count < 0) {
      throw new EOFException("closed by QEMU");
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
