/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/** A peer that sends any PDU, right or wrong, and shows what comes back. */
final class RawInitiator implements AutoCloseable {

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  static final int NO_TAG = 0xFFFF_FFFF;
  static final int GOOD = 0x00;
  static final int CHECK_CONDITION = 0x02;

  /** A PDU as it came. */
  record Pdu(ByteBuffer header, byte[] data) {
    int opcode() {
      return header.get(0) & 0x3F;
    }

    int flags() {
      return header.get(1) & 0xFF;
    }

    int u8(int at) {
      return header.get(at) & 0xFF;
    }

    int u16(int at) {
      return header.getShort(at) & 0xFFFF;
    }

    int u32(int at) {
      return header.getInt(at);
    }

    /** Sense key, code and qualifier of a response, as one number; 0 without sense. */
    int sense() {
      return data.length < 16
          ? 0
          : (data[4] & 0xF) << 16 | (data[14] & 0xFF) << 8 | data[15] & 0xFF;
    }
  }

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;
  boolean headerDigest;
  boolean dataDigest;
  int cmdSn = 100;
  int itt = 1;

  RawInitiator(InetSocketAddress portal) throws IOException {
    this(portal, 0);
  }

  /**
   * @param receiveBytes how much the socket takes without being read; 0 for the system's choice
   */
  RawInitiator(InetSocketAddress portal, int receiveBytes) throws IOException {
    if (receiveBytes > 0) {
      socket.setReceiveBufferSize(receiveBytes);
    }
    socket.connect(portal);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static byte[] text(String... pairs) {
    return (String.join("\0", pairs) + "\0").getBytes(StandardCharsets.UTF_8);
  }

  /** A header with opcode, flags and task tag. */
  static ByteBuffer header(int opcode, int flags, int itt) {
    return ByteBuffer.allocate(48).put(0, (byte) opcode).put(1, (byte) flags).putInt(16, itt);
  }

  void send(ByteBuffer header, byte[] data) throws IOException {
    out.write(encode(header, new byte[0], data));
  }

  void send(ByteBuffer header) throws IOException {
    send(header, new byte[0]);
  }

  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** A PDU as it travels, with the digests that were agreed on. */
  byte[] encode(ByteBuffer header, byte[] ahs, byte[] data) {
    header.putInt(4, ahs.length / 4 << 24 | data.length);
    byte[] head = Arrays.copyOf(header.array(), 48 + ahs.length);
    System.arraycopy(ahs, 0, head, 48, ahs.length);
    byte[] body = Arrays.copyOf(data, data.length + 3 & ~3);
    int headDigest = headerDigest ? 4 : 0;
    int bodyDigest = dataDigest && data.length > 0 ? 4 : 0;
    ByteBuffer pdu =
        ByteBuffer.allocate(head.length + headDigest + body.length + bodyDigest)
            .order(ByteOrder.LITTLE_ENDIAN);
    pdu.put(head);
    if (headDigest > 0) {
      pdu.putInt(crc(head));
    }
    pdu.put(body);
    if (bodyDigest > 0) {
      pdu.putInt(crc(body));
    }
    return pdu.array();
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  Pdu receive() throws IOException {
    byte[] header = new byte[48];
    in.readFully(header);
    checkDigest(headerDigest, header);
    ByteBuffer view = ByteBuffer.wrap(header);
    int length = view.getInt(4) & 0xFF_FFFF;
    byte[] padded = new byte[length + 3 & ~3];
    in.readFully(padded);
    checkDigest(dataDigest && length > 0, padded);
    return new Pdu(view, Arrays.copyOf(padded, length));
  }

  private void checkDigest(boolean there, byte[] bytes) throws IOException {
    if (there && Integer.reverseBytes(in.readInt()) != crc(bytes)) {
      throw new IOException("a digest of the target does not fit");
    }
  }

  /** How many PDUs come before the target closes the connection. */
  int countUntilClosed() throws IOException {
    int count = 0;
    try {
      while (true) {
        receive();
        count++;
      }
    } catch (EOFException | java.net.SocketException e) {
      return count;
    }
  }

  /** Whether the target closes the connection, whatever it still sends before. */
  boolean isClosed() throws IOException {
    try {
      while (true) {
        receive();
      }
    } catch (EOFException | java.net.SocketException e) {
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    }
  }

  /** One login request from the operational stage to the full-feature phase. */
  Pdu login(String initiator, long isid, String... more) throws IOException {
    String[] pairs = new String[more.length + 3];
    pairs[0] = "InitiatorName=" + initiator;
    pairs[1] = "TargetName=" + ServedTarget.NAME;
    pairs[2] = "SessionType=Normal";
    System.arraycopy(more, 0, pairs, 3, more.length);
    return loginWith(isid, text(pairs));
  }

  Pdu loginWith(long isid, byte[] text) throws IOException {
    return loginWith(0x87, isid, 0, 0, text);
  }

  /** A login request with these flags, identifiers and text, and its answer. */
  Pdu loginWith(int flags, long isid, int tsih, int cid, byte[] text) throws IOException {
    ByteBuffer header =
        header(0x43, flags, itt++)
            .putLong(8, isid << 16 | tsih)
            .putShort(20, (short) cid)
            .putInt(24, cmdSn);
    send(header, text);
    return receive();
  }

  /** The pairs of a PDU's text. */
  static Map<String, String> pairs(byte[] text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : new String(text, StandardCharsets.UTF_8).split("\0")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        pairs.merge(pair.substring(0, equals), pair.substring(equals + 1), (a, b) -> a + " " + b);
      }
    }
    return pairs;
  }

  /** Stops sending: the target sees the end of the stream. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** A SCSI command to LUN 0, with the next CmdSN. */
  ByteBuffer command(int flags, int expected, int... cdb) {
    ByteBuffer header = header(0x01, flags, itt++).putInt(20, expected).putInt(24, cmdSn++);
    for (int i = 0; i < cdb.length; i++) {
      header.put(32 + i, (byte) cdb[i]);
    }
    return header;
  }

  /** Sends TEST UNIT READY until no unit attention waits. */
  void settle() throws IOException {
    while (true) {
      send(command(0x80, 0, 0));
      if (receive().u8(3) == GOOD) {
        return;
      }
    }
  }

  /** Is served as {@link #settle} is until what others bring about has become so. */
  <T> T settleUntil(Callable<T> state, Predicate<T> wanted) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    T seen = state.call();
    while (!wanted.test(seen)) {
      assertThat(System.nanoTime()).as("it is still " + seen).isLessThan(end);
      settle();
      seen = state.call();
    }
    return seen;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
