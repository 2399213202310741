/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi;

import java.nio.ByteBuffer;

/**
 * Sense (SPC-4 §4.5): key, additional code and qualifier, and where they apply an information
 * field, a command-specific one, the sense-key specific bytes, and what a device that took part in
 * a copy answered. An immutable value; those without arguments are constants.
 */
public final class Sense implements Outcome {

  public static final int NO_SENSE = 0x0;
  public static final int NOT_READY = 0x2;
  public static final int MEDIUM_ERROR = 0x3;
  public static final int HARDWARE_ERROR = 0x4;
  public static final int ILLEGAL_REQUEST = 0x5;
  public static final int UNIT_ATTENTION = 0x6;
  public static final int DATA_PROTECT = 0x7;
  public static final int COPY_ABORTED = 0xA;
  public static final int ABORTED_COMMAND = 0xB;
  public static final int MISCOMPARE = 0xE;
  public static final int COMPLETED = 0xF;

  /** Bytes of fixed-format sense. */
  public static final int FIXED_BYTES = 18;

  public static final Sense NONE = new Sense(NO_SENSE, 0x00, 0x00);

  public static final Sense MEDIUM_NOT_PRESENT = new Sense(NOT_READY, 0x3A, 0x00);
  public static final Sense SANITIZE_IN_PROGRESS = new Sense(NOT_READY, 0x04, 0x1B);
  public static final Sense MANUAL_INTERVENTION_REQUIRED = new Sense(NOT_READY, 0x04, 0x03);

  public static final Sense UNRECOVERED_READ = new Sense(MEDIUM_ERROR, 0x11, 0x00);
  public static final Sense WRITE_ERROR = new Sense(MEDIUM_ERROR, 0x0C, 0x00);
  public static final Sense SANITIZE_FAILED = new Sense(MEDIUM_ERROR, 0x31, 0x03);

  public static final Sense INTERNAL_TARGET_FAILURE = new Sense(HARDWARE_ERROR, 0x44, 0x00);

  public static final Sense PARAMETER_LIST_LENGTH = new Sense(ILLEGAL_REQUEST, 0x1A, 0x00);
  public static final Sense INVALID_OPCODE = new Sense(ILLEGAL_REQUEST, 0x20, 0x00);
  public static final Sense LBA_OUT_OF_RANGE = new Sense(ILLEGAL_REQUEST, 0x21, 0x00);
  public static final Sense INVALID_FIELD_IN_CDB = new Sense(ILLEGAL_REQUEST, 0x24, 0x00);
  public static final Sense LUN_NOT_SUPPORTED = new Sense(ILLEGAL_REQUEST, 0x25, 0x00);
  public static final Sense INVALID_FIELD_IN_PARAMETERS = new Sense(ILLEGAL_REQUEST, 0x26, 0x00);
  public static final Sense INVALID_RELEASE = new Sense(ILLEGAL_REQUEST, 0x26, 0x04);
  public static final Sense SAVING_NOT_SUPPORTED = new Sense(ILLEGAL_REQUEST, 0x39, 0x00);
  public static final Sense INVALID_MESSAGE = new Sense(ILLEGAL_REQUEST, 0x49, 0x00);
  public static final Sense REMOVAL_PREVENTED = new Sense(ILLEGAL_REQUEST, 0x53, 0x02);
  public static final Sense INSUFFICIENT_REGISTRATION = new Sense(ILLEGAL_REQUEST, 0x55, 0x04);
  public static final Sense TOO_MANY_TARGET_DESCRIPTORS = new Sense(ILLEGAL_REQUEST, 0x26, 0x06);
  public static final Sense BAD_TARGET_DESCRIPTOR = new Sense(ILLEGAL_REQUEST, 0x26, 0x07);
  public static final Sense TOO_MANY_SEGMENT_DESCRIPTORS = new Sense(ILLEGAL_REQUEST, 0x26, 0x08);
  public static final Sense BAD_SEGMENT_DESCRIPTOR = new Sense(ILLEGAL_REQUEST, 0x26, 0x09);
  public static final Sense INLINE_DATA_TOO_LONG = new Sense(ILLEGAL_REQUEST, 0x26, 0x0B);
  public static final Sense OPERATION_IN_PROGRESS = new Sense(ILLEGAL_REQUEST, 0x00, 0x16);
  public static final Sense UNSUPPORTED_TOKEN_TYPE = new Sense(ILLEGAL_REQUEST, 0x23, 0x01);
  public static final Sense TOKEN_UNKNOWN = new Sense(ILLEGAL_REQUEST, 0x23, 0x04);
  public static final Sense TOKEN_EXPIRED = new Sense(ILLEGAL_REQUEST, 0x23, 0x07);
  public static final Sense TOKEN_CANCELLED = new Sense(ILLEGAL_REQUEST, 0x23, 0x08);
  public static final Sense TOKEN_DELETED = new Sense(ILLEGAL_REQUEST, 0x23, 0x09);
  public static final Sense INVALID_TOKEN_LENGTH = new Sense(ILLEGAL_REQUEST, 0x23, 0x0A);

  public static final Sense WRITE_PROTECTED = new Sense(DATA_PROTECT, 0x27, 0x00);
  public static final Sense SOFTWARE_WRITE_PROTECTED = new Sense(DATA_PROTECT, 0x27, 0x02);
  public static final Sense SPACE_ALLOCATION_FAILED = new Sense(DATA_PROTECT, 0x27, 0x07);

  public static final Sense COPY_TARGET_UNREACHABLE = new Sense(COPY_ABORTED, 0x0D, 0x02);
  public static final Sense COPY_FAILED = new Sense(COPY_ABORTED, 0x0D, 0x01);
  public static final Sense COPY_OUT_OF_RANGE = new Sense(COPY_ABORTED, 0x00, 0x00);
  public static final Sense COPY_TARGET_UNKNOWN = new Sense(COPY_ABORTED, 0x08, 0x04);
  public static final Sense COPY_TARGET_TYPE = new Sense(COPY_ABORTED, 0x0D, 0x03);
  public static final Sense COPY_INVALID_FIELD = new Sense(COPY_ABORTED, 0x26, 0x00);
  public static final Sense INEXACT_SEGMENT = new Sense(COPY_ABORTED, 0x26, 0x0A);
  public static final Sense COPY_CLEARED = new Sense(COPY_ABORTED, 0x2F, 0x02);

  /** Goes with GOOD status where the initiator asked for it (SPC-4 §6.4.2, G_SENSE). */
  public static final Sense COPY_INFORMATION_AVAILABLE = new Sense(COMPLETED, 0x00, 0x20);

  public static final Sense INCORRECT_AMOUNT_OF_DATA = new Sense(ABORTED_COMMAND, 0x0C, 0x0D);
  public static final Sense PROTOCOL_SERVICE_CRC_ERROR = new Sense(ABORTED_COMMAND, 0x47, 0x05);

  public static final Sense VERIFY_MISCOMPARE = new Sense(MISCOMPARE, 0x1D, 0x00);

  public static final Sense POWER_ON_OR_RESET = new Sense(UNIT_ATTENTION, 0x29, 0x00);
  public static final Sense DEVICE_RESET = new Sense(UNIT_ATTENTION, 0x29, 0x03);
  public static final Sense MODE_PARAMETERS_CHANGED = new Sense(UNIT_ATTENTION, 0x2A, 0x01);
  public static final Sense RESERVATIONS_PREEMPTED = new Sense(UNIT_ATTENTION, 0x2A, 0x03);
  public static final Sense RESERVATIONS_RELEASED = new Sense(UNIT_ATTENTION, 0x2A, 0x04);
  public static final Sense REGISTRATIONS_PREEMPTED = new Sense(UNIT_ATTENTION, 0x2A, 0x05);
  public static final Sense CAPACITY_CHANGED = new Sense(UNIT_ATTENTION, 0x2A, 0x09);
  public static final Sense LOG_PARAMETERS_CHANGED = new Sense(UNIT_ATTENTION, 0x2A, 0x02);
  public static final Sense THIN_PROVISIONING_SOFT_THRESHOLD =
      new Sense(UNIT_ATTENTION, 0x38, 0x07);
  public static final Sense COMMANDS_CLEARED = new Sense(UNIT_ATTENTION, 0x2F, 0x00);
  public static final Sense REPORTED_LUNS_CHANGED = new Sense(UNIT_ATTENTION, 0x3F, 0x0E);
  public static final Sense MEDIUM_MAY_HAVE_CHANGED = new Sense(UNIT_ATTENTION, 0x28, 0x00);

  private static final int FIXED_CURRENT = 0x70;
  private static final int DESCRIPTOR_CURRENT = 0x72;
  private static final int SKSV = 0x80;
  private static final int FIELD_IN_CDB = 0x40;
  private static final int BIT_POINTER_VALID = 0x08;
  private static final int SEGMENT_DESCRIPTOR = 0x20;
  private static final int FORWARDED = 0x0C;

  /** What the source or the destination of a copy answered (SPC-4 §4.5.2.7). */
  private record Forwarded(boolean bySource, Outcome outcome) {}

  /** What may come with the three codes. */
  private record Details(
      Long information, Long commandSpecific, int keySpecific, Forwarded forwarded) {

    static final Details NONE = new Details(null, null, 0, null);
  }

  private final int key;
  private final int asc;
  private final int ascq;
  private final Details details;

  private Sense(int key, int asc, int ascq) {
    this(key, asc, ascq, Details.NONE);
  }

  private Sense(int key, int asc, int ascq, Details details) {
    this.key = key;
    this.asc = asc;
    this.ascq = ascq;
    this.details = details;
  }

  private Sense with(Details more) {
    return new Sense(key, asc, ascq, more);
  }

  private Sense withKeySpecific(int value) {
    return with(
        new Details(details.information, details.commandSpecific, value, details.forwarded));
  }

  /** The same with the information field, for example the offset of a miscompare. */
  public Sense withInformation(long value) {
    return with(
        new Details(value, details.commandSpecific, details.keySpecific, details.forwarded));
  }

  /** The same with the command-specific information field, for example a segment's number. */
  public Sense withCommandSpecific(long value) {
    return with(new Details(details.information, value, details.keySpecific, details.forwarded));
  }

  /** The same with a field pointer into the CDB (SPC-4 §4.5.2.4.2). */
  public Sense atCdbBit(int byteIndex, int bit) {
    return withKeySpecific((SKSV | FIELD_IN_CDB | BIT_POINTER_VALID | bit) << 16 | byteIndex);
  }

  /** The same with a field pointer into the parameter list (SPC-4 §4.5.2.4.2). */
  public Sense atParameter(int byteIndex) {
    return withKeySpecific(SKSV << 16 | byteIndex);
  }

  /** The same with a field pointer to a bit of the parameter list. */
  public Sense atParameterBit(int byteIndex, int bit) {
    return withKeySpecific((SKSV | BIT_POINTER_VALID | bit) << 16 | byteIndex);
  }

  /** The same with a pointer to a byte counted from the segment's start (SPC-4 §4.5.2.4.5). */
  public Sense atSegmentByte(int byteIndex) {
    return withKeySpecific((SKSV | SEGMENT_DESCRIPTOR) << 16 | byteIndex);
  }

  /** The same with a progress indication (SPC-4 §4.5.2.4.4), in parts of 65536. */
  public Sense withProgress(int parts) {
    return withKeySpecific(SKSV << 16 | Math.min(parts, 0xFFFF));
  }

  /** The same with what the source or the destination of a copy answered. */
  public Sense forwarding(boolean bySource, Outcome outcome) {
    return with(
        new Details(
            details.information,
            details.commandSpecific,
            details.keySpecific,
            new Forwarded(bySource, outcome)));
  }

  @Override
  public ScsiStatus status() {
    return key == COMPLETED ? ScsiStatus.GOOD : ScsiStatus.CHECK_CONDITION;
  }

  /** Sense key. */
  public int key() {
    return key;
  }

  /** Additional sense code and qualifier, as one number: {@code asc << 8 | ascq}. */
  public int code() {
    return asc << 8 | ascq;
  }

  /** Puts 18 bytes of fixed format, and behind them what is forwarded (SPC-4 §5.17.7.4). */
  public void encodeFixed(ByteBuffer out) {
    int start = out.position();
    Long information = details.information;
    boolean fits = information != null && information >>> 32 == 0;
    out.put((byte) (FIXED_CURRENT | (fits ? 0x80 : 0)))
        .put((byte) 0)
        .put((byte) key)
        .putInt(fits ? information.intValue() : 0)
        .put((byte) (FIXED_BYTES - 8))
        .putInt(details.commandSpecific == null ? 0 : details.commandSpecific.intValue())
        .put((byte) asc)
        .put((byte) ascq)
        .put((byte) 0)
        .put((byte) (details.keySpecific >> 16))
        .putShort((short) details.keySpecific);
    if (details.forwarded != null) {
      int pointer = details.forwarded.bySource ? 8 : 9;
      out.put(start + pointer, (byte) FIXED_BYTES);
      out.put((byte) details.forwarded.outcome.status().code());
      if (details.forwarded.outcome instanceof Sense sense) {
        sense.encodeFixed(out);
      }
      out.put(start + 7, (byte) (out.position() - start - 8));
    }
  }

  /** Puts descriptor format: a header of 8 bytes, then the descriptors that apply. */
  public void encodeDescriptor(ByteBuffer out) {
    int start = out.position();
    out.put((byte) DESCRIPTOR_CURRENT)
        .put((byte) key)
        .put((byte) asc)
        .put((byte) ascq)
        .put((byte) 0)
        .putShort((short) 0)
        .put((byte) 0);
    if (details.information != null) {
      out.put((byte) 0x00).put((byte) 0x0A).putShort((short) 0x8000).putLong(details.information);
    }
    if (details.commandSpecific != null) {
      out.put((byte) 0x01).put((byte) 0x0A).putShort((short) 0).putLong(details.commandSpecific);
    }
    if (details.keySpecific != 0) {
      out.put((byte) 0x02)
          .put((byte) 0x06)
          .putShort((short) 0)
          .put((byte) (details.keySpecific >> 16))
          .putShort((short) details.keySpecific)
          .put((byte) 0);
    }
    if (details.forwarded != null) {
      int descriptor = out.position();
      out.put((byte) FORWARDED)
          .put((byte) 0)
          .put((byte) (details.forwarded.bySource ? 1 : 2))
          .put((byte) details.forwarded.outcome.status().code());
      if (details.forwarded.outcome instanceof Sense sense) {
        sense.encodeDescriptor(out);
      }
      out.put(descriptor + 1, (byte) (out.position() - descriptor - 2));
    }
    out.put(start + 7, (byte) (out.position() - start - 8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sense that
        && key == that.key
        && asc == that.asc
        && ascq == that.ascq
        && details.equals(that.details);
  }

  @Override
  public int hashCode() {
    return key << 16 | asc << 8 | ascq;
  }

  @Override
  public String toString() {
    return String.format(java.util.Locale.ROOT, "sense %02X/%02X/%02X", key, asc, ascq);
  }
}
