/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One connection of the {@link NullTarget}: answers every PDU at once. What one read of the socket
 * brought is answered by one write of it. RFC 7143 §11 has the offsets.
 */
final class NullConnection implements AutoCloseable {

  private static final int BHS_BYTES = 48;
  private static final int SEGMENT_BYTES = 256 << 10;
  private static final int FIRST_BURST_BYTES = 256 << 10;
  private static final int LOGICAL_BYTES = 512;
  private static final int WINDOW = 256;

  private static final int SCSI_COMMAND = 0x01;
  private static final int LOGIN_REQUEST = 0x03;
  private static final int DATA_OUT = 0x05;
  private static final int LOGOUT_REQUEST = 0x06;
  private static final int SCSI_RESPONSE = 0x21;
  private static final int LOGIN_RESPONSE = 0x23;
  private static final int DATA_IN = 0x25;
  private static final int LOGOUT_RESPONSE = 0x26;
  private static final int R2T = 0x31;

  private static final int FINAL = 0x80;
  private static final int STATUS = 0x01;
  private static final int WRITE_FLAG = 0x20;
  private static final int READ_FLAG = 0x40;
  private static final int NO_TAG = 0xffffffff;
  private static final int SERVICE_ACTION_IN_16 = 0x9e;

  private static final String SECURITY_KEYS = "AuthMethod=None\0TargetPortalGroupTag=1\0";
  private static final String OPERATIONAL_KEYS =
      "HeaderDigest=None\0DataDigest=None\0InitialR2T=Yes\0ImmediateData=Yes\0"
          + "MaxRecvDataSegmentLength="
          + SEGMENT_BYTES
          + "\0FirstBurstLength="
          + FIRST_BURST_BYTES
          + "\0MaxBurstLength="
          + (16 << 20)
          + "\0MaxOutstandingR2T=1\0ErrorRecoveryLevel=0\0MaxConnections=1\0";

  private final SocketChannel channel;
  private final long sizeBytes;
  private final ByteBuffer in = ByteBuffer.allocateDirect(2 * SEGMENT_BYTES);
  private final ByteBuffer out = ByteBuffer.allocateDirect(4 * SEGMENT_BYTES);
  private int statSn;
  private int expCmdSn;

  NullConnection(SocketChannel channel, long sizeBytes) throws IOException {
    this.channel = channel;
    this.sizeBytes = sizeBytes;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /** Serves until the other end closes. */
  void run() throws IOException {
    while (channel.read(in) >= 0) {
      in.flip();
      while (in.remaining() >= BHS_BYTES) {
        int data = in.getInt(in.position() + 4) & 0xffffff;
        int length = BHS_BYTES + (data + 3 & ~3);
        if (in.remaining() < length) {
          break;
        }
        answer(in.slice(in.position(), length), data);
        in.position(in.position() + length);
      }
      in.compact();
      flush();
    }
  }

  private void answer(ByteBuffer pdu, int data) throws IOException {
    int opcode = pdu.get(0) & 0x3f;
    boolean immediate = (pdu.get(0) & 0x40) != 0;
    if (opcode != DATA_OUT && !immediate) {
      expCmdSn = pdu.getInt(24) + 1;
    }
    switch (opcode) {
      case LOGIN_REQUEST -> login(pdu);
      case LOGOUT_REQUEST -> {
        int head = begin(LOGOUT_RESPONSE, FINAL, pdu, 0);
        numbers(head, true);
      }
      case SCSI_COMMAND -> command(pdu, data);
      case DATA_OUT -> {
        if ((pdu.get(1) & FINAL) != 0) {
          numbers(begin(SCSI_RESPONSE, FINAL, pdu, 0), true);
        }
      }
      default -> throw new IOException("the null target knows no opcode " + opcode);
    }
  }

  private void login(ByteBuffer pdu) throws IOException {
    expCmdSn = pdu.getInt(24);
    int stage = pdu.get(1) >> 2 & 3;
    byte[] keys =
        (stage == 0 ? SECURITY_KEYS : OPERATIONAL_KEYS).getBytes(StandardCharsets.US_ASCII);
    int head = begin(LOGIN_RESPONSE, pdu.get(1), pdu, keys.length);
    out.putLong(head + 8, pdu.getLong(8));
    out.putShort(head + 14, (short) 1);
    numbers(head, true);
    out.put(head + BHS_BYTES, keys);
  }

  private void command(ByteBuffer pdu, int immediateData) throws IOException {
    int expected = pdu.getInt(20);
    if ((pdu.get(1) & READ_FLAG) != 0) {
      boolean capacity = (pdu.get(32) & 0xff) == SERVICE_ACTION_IN_16;
      dataIn(pdu, expected, capacity);
    } else if ((pdu.get(1) & WRITE_FLAG) != 0 && immediateData < expected) {
      int head = begin(R2T, FINAL, pdu, 0);
      out.putInt(head + 20, pdu.getInt(16));
      numbers(head, false);
      out.putInt(head + 40, immediateData);
      out.putInt(head + 44, expected - immediateData);
    } else {
      numbers(begin(SCSI_RESPONSE, FINAL, pdu, 0), true);
    }
  }

  private void dataIn(ByteBuffer pdu, int expected, boolean capacity) throws IOException {
    int sequence = 0;
    for (int offset = 0; offset < expected; offset += SEGMENT_BYTES) {
      int length = Math.min(SEGMENT_BYTES, expected - offset);
      boolean last = offset + length == expected;
      int head = begin(DATA_IN, last ? FINAL | STATUS : 0, pdu, length);
      out.putInt(head + 20, NO_TAG);
      numbers(head, last);
      out.putInt(head + 36, sequence++);
      out.putInt(head + 40, offset);
      if (capacity) {
        out.putLong(head + BHS_BYTES, sizeBytes / LOGICAL_BYTES - 1);
        out.putInt(head + BHS_BYTES + 8, LOGICAL_BYTES);
      }
    }
  }

  /** Takes room for a PDU; its header is empty but for what all have, its data is what it is. */
  private int begin(int opcode, int flags, ByteBuffer pdu, int data) throws IOException {
    int length = BHS_BYTES + (data + 3 & ~3);
    if (out.remaining() < length) {
      flush();
    }
    int head = out.position();
    for (int at = 0; at < BHS_BYTES; at += Long.BYTES) {
      out.putLong(head + at, 0);
    }
    out.putInt(head, opcode << 24 | (flags & 0xff) << 16);
    out.putInt(head + 4, data);
    out.putInt(head + 16, pdu.getInt(16));
    out.position(head + length);
    return head;
  }

  private void numbers(int head, boolean withStatus) {
    out.putInt(head + 24, withStatus ? statSn++ : statSn);
    out.putInt(head + 28, expCmdSn);
    out.putInt(head + 32, expCmdSn + WINDOW);
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      int ignored = channel.write(out);
    }
    out.clear();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
