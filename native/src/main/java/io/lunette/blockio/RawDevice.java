/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a pool lies on. Calls block; thread-safe. Buffers are direct and are transferred whole, from
 * position to limit; position and limit stay as they were.
 *
 * <p>What a write leaves on the device is certain only after a {@link #flush()} that began after
 * it.
 */
public interface RawDevice extends Closeable {

  /** Size in bytes; may grow. */
  long sizeBytes();

  /**
   * For how many of its bytes there is room underneath: of a sparse file, those that it has and
   * those that its file system could still give it; all of it otherwise, or where that is unknown.
   */
  default long roomBytes() {
    return sizeBytes();
  }

  /**
   * The first run at or after an offset that a sparse file has space under, or what is left of it
   * there. What was zeroed without being written ({@link #zeroRange}) counts where the file system
   * tells. Empty where there is none, and on what is no file.
   */
  default Optional<DataRuns.Run> nextHeld(long fromBytes) throws DeviceException {
    return Optional.empty();
  }

  /**
   * The first run at or after an offset that may hold anything but zeroes, or what is left of it
   * there: all of a device, but for the holes of a sparse file. Without bytes, at the end, where
   * there is none.
   */
  default DataRuns.Run nextData(long fromBytes) throws DeviceException {
    return new DataRuns.Run(fromBytes, Math.max(0, sizeBytes() - fromBytes));
  }

  /**
   * Whether another file, or a snapshot, has some of a range too, as far as the file system tells:
   * what is overwritten there stays on the medium.
   */
  default boolean isShared(long offsetBytes, long lengthBytes) throws DeviceException {
    return false;
  }

  /** What an operator would call it, for messages. */
  String identity();

  /** The same with what identifies it for longer than its name does, for certificates. */
  default String lastingIdentity() {
    return identity();
  }

  /** How {@link #readBack} reaches the device: {@code direct} or {@code cached}. */
  String readBackPath();

  /**
   * Tries what the device can do.
   *
   * @param scratchOffset where a range begins that holds nothing; it is zero afterwards
   * @param scratchBytes its length; both are multiples of 4096
   */
  DeviceFeatures probe(long scratchOffset, int scratchBytes);

  /** Fills the buffer. */
  void read(long offsetBytes, ByteBuffer target) throws DeviceException;

  /**
   * Fills the buffer from the device itself where the platform can, not from a cache of it; offset,
   * length and the buffer's address are multiples of 4096.
   */
  void readBack(long offsetBytes, ByteBuffer target) throws DeviceException;

  /** Writes the buffer. */
  void write(long offsetBytes, ByteBuffer source) throws DeviceException;

  /**
   * Fills the buffer if what is asked for is in memory, so that an event loop may ask.
   *
   * @return false if it is not, or cannot be told; the buffer's content is undefined then
   */
  default boolean readAtOnce(long offsetBytes, ByteBuffer target) throws DeviceException {
    return false;
  }

  /** Whether {@link #write} waits for no medium now, so that an event loop may call it. */
  default boolean writesAtOnce() {
    return false;
  }

  /**
   * Writes the buffer if that waits for no medium, so that an event loop may ask.
   *
   * @return false if it may wait; some of the buffer may have been written then
   */
  default boolean writeAtOnce(long offsetBytes, ByteBuffer source) throws DeviceException {
    return false;
  }

  /**
   * Writes the buffer past the caches of the platform where that can be had, for what nobody will
   * read soon; offset, length and the buffer's address are multiples of 4096. No more durable than
   * {@link #write}; but what the device refuses fails here, where that can be had, and no flush.
   */
  default void writePast(long offsetBytes, ByteBuffer source) throws DeviceException {
    write(offsetBytes, source);
  }

  /**
   * Writes the buffer durably: on return it is certain, whatever of earlier writes is. Where {@link
   * DeviceFeatures#durableWrite} is YES that costs less than a write and a flush.
   *
   * <p>What became of this write is told to nobody else, however many there are at a time. A
   * failure may also be the only word of earlier ones that a disk had in its own cache and lost.
   */
  default void writeDurably(long offsetBytes, ByteBuffer source) throws DeviceException {
    write(offsetBytes, source);
    flush();
  }

  /**
   * Makes the device reach {@code toBytes}, and read as zeroes from {@code fromBytes} on, whatever
   * was there. Certain after a flush.
   *
   * @throws DeviceException if it cannot be made so large
   */
  default void extend(long fromBytes, long toBytes) throws DeviceException {
    requireSize(toBytes);
    ByteBuffer zeroes = AlignedBuffers.allocate(1 << 20);
    for (long at = fromBytes; at < toBytes; at += zeroes.capacity()) {
      write(at, zeroes.slice(0, (int) Math.min(zeroes.capacity(), toBytes - at)));
    }
  }

  /** Throws unless the device reaches that far. */
  default void requireSize(long bytes) throws DeviceException {
    if (sizeBytes() < bytes) {
      throw new DeviceException(identity() + ": has " + sizeBytes() + " bytes, not " + bytes);
    }
  }

  /**
   * Gives a range of a sparse file its space before it is written; what it reads as stays. Only
   * where {@link DeviceFeatures#allocate} is YES. Nothing happens where that would take more than a
   * tenth of what the file system has left.
   */
  default void allocate(long offsetBytes, long lengthBytes) throws DeviceException {}

  /**
   * Makes a range read as zeroes without sending them; only where {@link DeviceFeatures#zeroRange}
   * is YES. The old bytes may stay on the medium.
   */
  void zeroRange(long offsetBytes, long lengthBytes) throws DeviceException;

  /**
   * Gives the space of a range back, which reads as zeroes then; only where {@link
   * DeviceFeatures#punchHole} is YES. The old bytes may stay on the medium.
   */
  void punchHole(long offsetBytes, long lengthBytes) throws DeviceException;

  /**
   * Makes every completed write durable. For one caller at a time: the platform tells once that a
   * write was lost, to whoever asks first, and another who asks at the same time hears nothing.
   *
   * @throws DeviceException never for want of space: what could not be written back then is lost
   */
  void flush() throws DeviceException;

  /**
   * {@link #flush} for those who acknowledge no write of others; for one of them at a time. What
   * this is told {@link #flush} is told as well.
   */
  default void flushAside() throws DeviceException {
    flush();
  }

  /**
   * Forgets what the platform keeps of the device in memory, after it has written that back where
   * it can: what is read next is what the device has. Else a page whose writing back failed could
   * be read for as long as the platform runs, and be gone after.
   */
  default void forgetCached() {}

  /** Lets go; no call may be under way. */
  @Override
  void close();
}
