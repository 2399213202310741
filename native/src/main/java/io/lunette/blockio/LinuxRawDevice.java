/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file or block device on Linux, locked against every other opener for as long as it is open.
 *
 * <p>Plain {@code pread} and {@code pwrite} rather than {@code FileChannel}: an interrupt of one
 * thread closes a {@code FileChannel} for all of them.
 */
public final class LinuxRawDevice implements RawDevice {

  private static final Logger LOG = LoggerFactory.getLogger(LinuxRawDevice.class);

  private static final int O_DIRECT =
      switch (System.getProperty("os.arch")) {
        case "aarch64", "arm" -> 0x10000;
        default -> 0x4000;
      };

  /** The largest folio that a write makes; docs/adr/0005-small-folios.md. */
  private static final int FOLIO_BYTES = 128 << 10;

  /** {@link #allocate} takes no more than that part of what is left. */
  private static final int ALLOCATED_SHARE = 10;

  private final Path path;

  /** Flushed for the commits alone. */
  private final Descriptor main;

  /**
   * Flushed for all others, an open file of its own: the kernel tells each open file once of an
   * error that the writing back of any page met. Null where the device is open for reading alone.
   */
  private final Descriptor aside;

  /** Null where the file system knows no direct I/O. */
  private final Descriptor direct;

  /** Null where the device is open for reading alone. */
  private final DurableWrites through;

  /** On a file system without a medium: a read or write there never waits for one. */
  private final boolean inMemory;

  private final boolean mayShare;

  private final FolioTurns turns = new FolioTurns(LibC.getpagesize());

  private volatile boolean readsWithoutWaiting = true;

  private final AtomicBoolean closed = new AtomicBoolean();

  /** Where direct I/O can be had, but not of a page: the unit of the device is larger. */
  private volatile boolean refusesDirectPages;

  private LinuxRawDevice(
      Path path, Descriptor main, Descriptor aside, Descriptor direct, DurableWrites through) {
    this.path = path;
    this.inMemory = DeviceProbe.isInMemory(path);
    this.mayShare = DeviceProbe.mayShare(path);
    this.main = main;
    this.aside = aside;
    this.direct = direct;
    this.through = through;
  }

  /**
   * Makes a sparse file of that size, for its owner alone, and opens it. Where its file system
   * would write elsewhere what is overwritten, and can be told not to, it is.
   *
   * @throws DeviceException if the path exists already or cannot be made
   */
  public static LinuxRawDevice createFile(Path path, long sizeBytes) throws DeviceException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException e) {
      throw new DeviceException(path + ": cannot be made: " + reason(e));
    }
    LinuxRawDevice device = null;
    try {
      device = open(path);
      // Only while it is empty.
      device.main.overwriteInPlace();
      device.main.truncate(sizeBytes);
      Directories.flush(path.toAbsolutePath().getParent());
      return device;
    } catch (IOException e) {
      if (device != null) {
        device.close();
      }
      try {
        Files.delete(path);
      } catch (IOException leftBehind) {
        e.addSuppressed(leftBehind);
      }
      throw e instanceof DeviceException failure
          ? failure
          : new DeviceException(path + ": cannot be made: " + reason(e));
    }
  }

  /**
   * Opens an existing file or block device for reading and writing.
   *
   * @throws DeviceException if it is not there, not permitted, or open elsewhere; a block device
   *     that is mounted or otherwise held by the kernel counts as open
   */
  public static LinuxRawDevice open(Path path) throws DeviceException {
    return open(path, false);
  }

  /**
   * Opens an existing file or block device for reading alone, beside other readers.
   *
   * @throws DeviceInUseException if it is open for writing elsewhere
   * @throws DeviceException if it is not there or not permitted
   */
  public static LinuxRawDevice openReadOnly(Path path) throws DeviceException {
    return open(path, true);
  }

  private static LinuxRawDevice open(Path path, boolean readOnly) throws DeviceException {
    Descriptor main = openMain(path, readOnly);
    Descriptor aside = null;
    DurableWrites through = null;
    boolean kept = false;
    try {
      if (!main.tryLock(readOnly)) {
        throw new DeviceInUseException(path + ": in use by another Lunette process");
      }
      if (!readOnly) {
        // Before the others are opened, which were told of the same loss else.
        writeBack(main);
        aside = Descriptor.open(path, LibC.O_RDWR);
        through = DurableWrites.to(path);
      }
      if (isBlockDevice(path)) {
        // Another host may have written since, of which this one's cache knows nothing.
        main.forgetCached(0, 0);
      }
      Descriptor direct = openDirect(path, readOnly);
      kept = true;
      return new LinuxRawDevice(path, main, aside, direct, through);
    } finally {
      if (!kept) {
        main.close();
        if (aside != null) {
          aside.close();
        }
        if (through != null) {
          through.close();
        }
      }
    }
  }

  /** What an earlier opener left in memory and cannot be written back was never acknowledged. */
  private static void writeBack(Descriptor main) {
    try {
      main.sync();
    } catch (DeviceException e) {
      LOG.warn("writes that nobody flushed before are lost: {}", e.getMessage());
    }
  }

  /** Whether that is a block device. */
  public static boolean isBlockDevice(Path path) {
    return DeviceProbe.isBlockDevice(path);
  }

  private static Descriptor openMain(Path path, boolean readOnly) throws DeviceException {
    if (readOnly) {
      return Descriptor.open(path, LibC.O_RDONLY);
    }
    // Without O_CREAT this is a claim of a block device, which fails while a file system, a volume
    // group or an array has it.
    return Descriptor.open(
        path, DeviceProbe.isBlockDevice(path) ? LibC.O_RDWR | LibC.O_EXCL : LibC.O_RDWR);
  }

  private static Descriptor openDirect(Path path, boolean readOnly) {
    try {
      return Descriptor.open(path, (readOnly ? LibC.O_RDONLY : LibC.O_RDWR) | O_DIRECT);
    } catch (DeviceException noDirectIo) {
      return null;
    }
  }

  @Override
  public long sizeBytes() {
    try {
      return main.end();
    } catch (DeviceException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public long roomBytes() {
    long size = sizeBytes();
    OptionalLong held = isBlockDevice(path) ? OptionalLong.empty() : main.heldBytes();
    if (held.isEmpty()) {
      return size;
    }
    try {
      return Math.min(size, held.getAsLong() + Files.getFileStore(path).getUsableSpace());
    } catch (IOException unknown) {
      return size;
    }
  }

  @Override
  public Optional<DataRuns.Run> nextHeld(long fromBytes) throws DeviceException {
    return isBlockDevice(path) ? Optional.empty() : DataRuns.nextHeld(main, fromBytes);
  }

  @Override
  public DataRuns.Run nextData(long fromBytes) throws DeviceException {
    return isBlockDevice(path)
        ? RawDevice.super.nextData(fromBytes)
        : DataRuns.next(main, fromBytes).orElse(new DataRuns.Run(sizeBytes(), 0));
  }

  @Override
  public boolean isShared(long offsetBytes, long lengthBytes) throws DeviceException {
    return mayShare && ExtentMap.isShared(main, offsetBytes, lengthBytes);
  }

  @Override
  public String identity() {
    return path.toAbsolutePath().toString();
  }

  @Override
  public String lastingIdentity() {
    return DeviceIdentity.of(path.toAbsolutePath(), main.itself());
  }

  @Override
  public String readBackPath() {
    return isDirect() ? "direct" : "cached";
  }

  private boolean isDirect() {
    return direct != null && !refusesDirectPages;
  }

  @Override
  public DeviceFeatures probe(long scratchOffset, int scratchBytes) {
    return new DeviceProbe(path, main, direct, through != null).run(scratchOffset, scratchBytes);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws DeviceException {
    main.read(offsetBytes, target);
  }

  @Override
  public void readBack(long offsetBytes, ByteBuffer target) throws DeviceException {
    if (isDirect()) {
      if (direct.readDirectly(offsetBytes, target)) {
        return;
      }
      LOG.warn("{}: no direct I/O, for it refuses reads of {} bytes", path, target.remaining());
      refusesDirectPages = true;
    }
    main.forgetCached(offsetBytes, target.remaining());
    main.read(offsetBytes, target);
  }

  /**
   * In calls of {@link #FOLIO_BYTES}: a page cache keeps what one call brings in one folio if it
   * can, and ext4 and block devices look at every block of a folio each time that one of them is
   * overwritten.
   */
  @Override
  public void write(long offsetBytes, ByteBuffer source) throws DeviceException {
    if (inMemory) {
      main.write(offsetBytes, source);
    } else {
      inTurn(FolioTurns.Way.THROUGH, FOLIO_BYTES, main::write, offsetBytes, source);
    }
  }

  private interface Write {
    void write(long offsetBytes, ByteBuffer source) throws DeviceException;
  }

  private void inTurn(
      FolioTurns.Way way, int longest, Write write, long offsetBytes, ByteBuffer source)
      throws DeviceException {
    int length = source.remaining();
    for (int at = 0; at < length; ) {
      long from = offsetBytes + at;
      int bytes = (int) (turns.pieceEnd(from, from + Math.min(longest, length - at)) - from);
      turns.begin(way, from);
      try {
        write.write(from, bytes == length ? source : source.slice(source.position() + at, bytes));
      } finally {
        turns.end(way, from);
      }
      at += bytes;
    }
  }

  /** tmpfs knows no {@code RWF_NOWAIT} and needs none. */
  @Override
  public boolean readAtOnce(long offsetBytes, ByteBuffer target) throws DeviceException {
    if (inMemory) {
      main.read(offsetBytes, target);
      return true;
    }
    if (!readsWithoutWaiting) {
      return false;
    }
    Descriptor.Promptness promptness = main.readAtOnce(offsetBytes, target);
    if (promptness == Descriptor.Promptness.UNKNOWN) {
      readsWithoutWaiting = false;
    }
    return promptness == Descriptor.Promptness.DONE;
  }

  @Override
  public boolean writesAtOnce() {
    return inMemory;
  }

  /**
   * Only where there is no medium: a write to a page cache waits when too much of it is dirty, and
   * ext4 knows no {@code RWF_NOWAIT} for writes.
   */
  @Override
  public boolean writeAtOnce(long offsetBytes, ByteBuffer source) throws DeviceException {
    if (inMemory) {
      main.write(offsetBytes, source);
    }
    return inMemory;
  }

  @Override
  public void writePast(long offsetBytes, ByteBuffer source) throws DeviceException {
    if (isDirect()) {
      inTurn(FolioTurns.Way.PAST, Integer.MAX_VALUE, direct::write, offsetBytes, source);
    } else {
      write(offsetBytes, source);
    }
  }

  @Override
  public void writeDurably(long offsetBytes, ByteBuffer source) throws DeviceException {
    inTurn(FolioTurns.Way.THROUGH, Integer.MAX_VALUE, through::write, offsetBytes, source);
  }

  @Override
  public void extend(long fromBytes, long toBytes) throws DeviceException {
    if (!Files.isRegularFile(path)) {
      requireSize(toBytes);
      if (!DeviceProbe.zeroRange(main, true, fromBytes, toBytes - fromBytes)) {
        RawDevice.super.extend(fromBytes, toBytes);
      }
      return;
    }
    if (sizeBytes() > fromBytes) {
      // What lies behind the end belongs to nobody; cut off, it reads as zeroes when it is back.
      main.truncate(fromBytes);
    }
    main.truncate(toBytes);
  }

  @Override
  public void allocate(long offsetBytes, long lengthBytes) throws DeviceException {
    // Not by the file store, which reads all mounts for it.
    if (lengthBytes > path.toFile().getUsableSpace() / ALLOCATED_SHARE) {
      return;
    }
    require(DeviceProbe.allocate(main, offsetBytes, lengthBytes), "allocate a range");
  }

  @Override
  public void zeroRange(long offsetBytes, long lengthBytes) throws DeviceException {
    boolean known =
        DeviceProbe.zeroRange(main, DeviceProbe.isBlockDevice(path), offsetBytes, lengthBytes);
    require(known, "zero a range");
  }

  @Override
  public void punchHole(long offsetBytes, long lengthBytes) throws DeviceException {
    require(DeviceProbe.punchHole(main, offsetBytes, lengthBytes), "punch a hole");
  }

  private void require(boolean known, String call) throws DeviceException {
    if (!known) {
      throw new DeviceException(path + ": this device cannot " + call);
    }
  }

  @Override
  public void flush() throws DeviceException {
    main.sync();
  }

  @Override
  public void flushAside() throws DeviceException {
    aside.sync();
  }

  @Override
  public void forgetCached() {
    writeBack(main);
    main.forgetCached(0, 0);
  }

  @Override
  public void close() {
    // The numbers of its descriptors may be those of another file by now.
    if (closed.getAndSet(true)) {
      return;
    }
    if (direct != null) {
      direct.close();
    }
    if (aside != null) {
      aside.close();
    }
    if (through != null) {
      through.close();
    }
    main.close();
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.FileAlreadyExistsException
        ? "it exists already"
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
