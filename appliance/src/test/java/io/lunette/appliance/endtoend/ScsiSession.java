/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An iSCSI session that sends SCSI commands to LUN 0, one at a time: for what no foreign tool can
 * send. As plain as RFC 7143 allows.
 */
final class ScsiSession implements AutoCloseable {

  static final int RESERVATION_CONFLICT = 0x18;

  private static final int CHECK_CONDITION = 0x02;
  private static final int ATTENTIONS_MAX = 8;
  private static final int HEADER_BYTES = 48;

  /**
   * What came of a command.
   *
   * @param status SCSI status
   * @param data data-in; of a command that failed, its sense
   */
  record Answer(int status, byte[] data) {}

  private final Socket socket;
  private final DataInputStream in;
  private int cmdSn = 1;

  /** Logs an initiator in, from one port of it, and receives what unit attentions wait. */
  ScsiSession(String portal, String target, String initiator) throws IOException {
    int colon = portal.lastIndexOf(':');
    socket = new Socket(portal.substring(0, colon), Integer.parseInt(portal.substring(colon + 1)));
    socket.setSoTimeout(20_000);
    in = new DataInputStream(socket.getInputStream());
    String text =
        String.join("\0", "InitiatorName=" + initiator, "TargetName=" + target, "ImmediateData=Yes")
            + "\0SessionType=Normal\0";
    send(header(0x43, 0x87).putLong(8, 1L << 16), text.getBytes(StandardCharsets.UTF_8));
    ByteBuffer answer = receive();
    if (answer.getShort(36) != 0) {
      throw new IOException("login refused with status " + answer.getShort(36));
    }
    int attentions = 0;
    while (send(new byte[0], 0, 0).status() == CHECK_CONDITION && attentions < ATTENTIONS_MAX) {
      attentions++;
    }
  }

  private ByteBuffer header(int opcode, int flags) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .put(0, (byte) opcode)
        .put(1, (byte) flags)
        .putInt(16, cmdSn)
        .putInt(24, cmdSn);
  }

  private void send(ByteBuffer header, byte[] data) throws IOException {
    header.putInt(4, data.length);
    byte[] pdu = Arrays.copyOf(header.array(), HEADER_BYTES + (data.length + 3 & ~3));
    System.arraycopy(data, 0, pdu, HEADER_BYTES, data.length);
    socket.getOutputStream().write(pdu);
  }

  /** A PDU, header and data segment. */
  private ByteBuffer receive() throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    in.readFully(header);
    int length = ByteBuffer.wrap(header).getInt(4) & 0xFF_FFFF;
    byte[] pdu = Arrays.copyOf(header, HEADER_BYTES + length);
    in.readFully(pdu, HEADER_BYTES, length);
    in.readFully(new byte[-length & 3]);
    return ByteBuffer.wrap(pdu);
  }

  /** Sends a command with immediate data, or expecting some bytes. */
  Answer send(byte[] data, int expected, int... cdb) throws IOException {
    boolean writes = data.length > 0;
    ByteBuffer header = header(0x01, writes ? 0xA0 : expected > 0 ? 0xC0 : 0x80);
    header.putInt(20, writes ? data.length : expected);
    for (int i = 0; i < cdb.length; i++) {
      header.put(32 + i, (byte) cdb[i]);
    }
    send(header, data);
    cmdSn++;
    ByteBuffer answer = receive();
    byte[] rest = Arrays.copyOfRange(answer.array(), HEADER_BYTES, answer.capacity());
    return new Answer(answer.get(3) & 0xFF, rest);
  }

  /** LOGICAL UNIT RESET; returns the response. */
  int resetUnit() throws IOException {
    send(header(0x42, 0x85), new byte[0]);
    return receive().get(2);
  }

  /** INQUIRY for a vital product data page, behind its header. */
  byte[] page(int code) throws IOException {
    byte[] data = send(new byte[0], 1024, 0x12, 1, code, 4, 0, 0).data();
    return Arrays.copyOfRange(data, 4, data.length);
  }

  /** PERSISTENT RESERVE OUT; returns the status. */
  int reserveOut(int serviceAction, int type, long key, long actionKey, boolean kept)
      throws IOException {
    byte[] list =
        ByteBuffer.allocate(24)
            .putLong(key)
            .putLong(actionKey)
            .put(20, (byte) (kept ? 1 : 0))
            .array();
    return send(list, 0, 0x5F, serviceAction, type, 0, 0, 0, 0, 0, 24).status();
  }

  /** PERSISTENT RESERVE IN, READ FULL STATUS, behind the generation. */
  byte[] fullStatus() throws IOException {
    byte[] data = send(new byte[0], 1024, 0x5E, 3, 0, 0, 0, 0, 0, 4, 0).data();
    return Arrays.copyOfRange(data, 4, data.length);
  }

  /** READ(10) of the first block; returns the status. */
  int read() throws IOException {
    return send(new byte[0], 4096, 0x28, 0, 0, 0, 0, 0, 0, 0, 1).status();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
