/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Copies volumes from and to files: raw ones directly, qcow2 by way of a raw copy. Holes are not
 * read, blocks of zeroes not written. Thread-safe.
 */
public final class VolumeCopies {

  private static final long BLOCK_BYTES = 4096;

  private final VolumeDriver driver;
  private final Qcow2Converter converter;
  private final UnfinishedImports unfinished;
  private final Executor executor;
  private final VolumeClaims claims;
  private final CutImports cut;

  VolumeCopies(
      VolumeDriver driver,
      Qcow2Converter converter,
      UnfinishedImports unfinished,
      VolumeClaims claims,
      CutImports cut,
      Executor executor) {
    this.driver = driver;
    this.converter = converter;
    this.unfinished = unfinished;
    this.claims = claims;
    this.cut = cut;
    this.executor = executor;
  }

  /** The volumes that are being filled. */
  public VolumeClaims claims() {
    return claims;
  }

  /** Makes the volume that a file is copied into, wherever that is to be. */
  @FunctionalInterface
  public interface Creation {
    void create(VolumeName name, long sizeBytes) throws DomainException, VolumeException;
  }

  /**
   * Begins to copy a file's content into a new volume of its size, rounded up to 4096. The volume
   * is deleted if that does not succeed, after a crash at the next start.
   *
   * @throws DomainException NOT_FOUND, INVALID: the file, or the program that reads its format is
   *     missing; CONFLICT: the volume exists; BUSY: it is being made
   */
  public Job<VolumeInfo> importFile(
      VolumeName name, Path file, ImageFormat format, Creation creation)
      throws DomainException, VolumeException {
    requireFile(file);
    return switch (format) {
      case RAW -> importRaw(name, file, creation);
      case QCOW2 -> {
        requireNew(name);
        converter.check(file);
        ConvertedImport<VolumeInfo> job =
            new ConvertedImport<>(
                converter, List.of(file), raws -> importRaw(name, raws.get(0), creation));
        executor.execute(job);
        yield job;
      }
    };
  }

  private Job<VolumeInfo> importRaw(VolumeName name, Path file, Creation creation)
      throws DomainException, VolumeException {
    ImportClaim claim = new ImportClaim(claims.take(name), cut);
    boolean begun = false;
    try {
      requireNew(name);
      VolumeCopy copy = prepare(name, file, creation, claim);
      begun = true;
      begin(copy);
      return copy;
    } catch (IOException e) {
      throw unusable(file, e);
    } finally {
      if (!begun) {
        claim.close();
      }
    }
  }

  private void begin(VolumeCopy copy) {
    try {
      executor.execute(copy);
    } catch (RuntimeException | Error e) {
      copy.fail(e);
      throw e;
    }
  }

  private VolumeCopy prepare(VolumeName name, Path file, Creation creation, ImportClaim claim)
      throws DomainException, VolumeException, IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return prepare(name, file, channel, creation, claim);
    } catch (DomainException | VolumeException | IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void requireFile(Path file) throws DomainException {
    if (!Files.exists(file)) {
      throw new DomainException(DomainException.Kind.NOT_FOUND, "no file " + file);
    }
    if (!Files.isRegularFile(file)) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          file
              + " is "
              + (Files.isDirectory(file) ? "a directory" : "a device or the like")
              + ", not a file: give a raw or qcow2 image (a disk is copied into one by 'dd')");
    }
  }

  private void requireNew(VolumeName name) throws DomainException, VolumeException {
    if (driver.find(name).isPresent()) {
      throw new DomainException(DomainException.Kind.CONFLICT, "volume '" + name + "' exists");
    }
  }

  private VolumeCopy prepare(
      VolumeName name, Path file, FileChannel channel, Creation creation, ImportClaim claim)
      throws DomainException, VolumeException, IOException {
    long fileBytes = channel.size();
    long size = Math.addExact(fileBytes, BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    if (size == 0) {
      throw new DomainException(DomainException.Kind.INVALID, file + " is empty: nothing to copy");
    }
    FileRuns runs = new FileRuns(file);
    creation.create(name, size);
    VolumeInfo made = info(name);
    UnfinishedImports.Note note = noteOf(made);
    return VolumeCopy.intoVolume(
        file,
        channel,
        fileBytes,
        runs,
        open(made, note, claim),
        () -> {
          VolumeInfo whole = end(made, note, claim);
          claim.close();
          return whole;
        },
        () -> {
          try (claim) {
            undo(made, note, claim);
          }
        });
  }

  private UnfinishedImports.Note noteOf(VolumeInfo made) throws VolumeException {
    try {
      return unfinished.noteOf(made, driver.place(made.name()));
    } catch (VolumeException e) {
      try {
        delete(made);
      } catch (VolumeException stays) {
        throw both(e, stays);
      }
      throw e;
    }
  }

  /** Notes and opens what has just been made, or takes it away again. */
  private BlockDevice open(VolumeInfo made, UnfinishedImports.Note note, ImportClaim claim)
      throws VolumeException {
    claim.noted(
        new UnfinishedImports.Left(
            note,
            made,
            new VolumeException(VolumeException.Kind.IO, "its import has failed just now")));
    try {
      unfinished.begin(note);
      return driver.open(made.name(), AccessMode.READ_WRITE);
    } catch (VolumeException e) {
      try {
        undo(made, note, claim);
      } catch (VolumeException stays) {
        throw both(e, stays);
      }
      throw e;
    }
  }

  private static VolumeException both(VolumeException cause, VolumeException stays) {
    return new VolumeException(cause.kind(), cause.getMessage() + "; " + stays.getMessage(), cause);
  }

  /**
   * Begins to copy a volume into a new sparse file.
   *
   * @throws DomainException CONFLICT: the file exists; INVALID: it cannot be written; BUSY: the
   *     volume is being filled, or what a cut-off import left
   * @throws VolumeException NOT_FOUND; BUSY
   */
  public Job<VolumeInfo> exportFile(VolumeName name, Path file, ImageFormat format)
      throws DomainException, VolumeException {
    claims.requireFree(info(name).name());
    return switch (format) {
      case RAW -> exportRaw(name, file);
      case QCOW2 -> {
        createNew(file);
        yield ConvertedExport.start(converter, file, raw -> exportRaw(name, raw), executor);
      }
    };
  }

  private static void createNew(Path file) throws DomainException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      throw exists(file, e);
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  private Job<VolumeInfo> exportRaw(VolumeName name, Path file)
      throws DomainException, VolumeException {
    BlockDevice device = driver.open(name, AccessMode.READ_ONLY);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      VolumeCopy copy =
          VolumeCopy.intoFile(
              device, file, channel, () -> info(name), () -> Files.deleteIfExists(file));
      executor.execute(copy);
      return copy;
    } catch (FileAlreadyExistsException e) {
      device.close();
      throw exists(file, e);
    } catch (IOException e) {
      device.close();
      throw unusable(file, e);
    }
  }

  private VolumeInfo info(VolumeName name) throws VolumeException {
    return driver
        .find(name)
        .orElseThrow(
            () -> new VolumeException(VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'"));
  }

  private VolumeInfo end(VolumeInfo made, UnfinishedImports.Note note, ImportClaim claim)
      throws VolumeException {
    end(note, claim);
    return info(made.name());
  }

  private void end(UnfinishedImports.Note note, ImportClaim claim) throws VolumeException {
    unfinished.end(note);
    claim.settled();
  }

  /** What cannot be deleted is in use, perhaps for long: no start may delete it then. */
  private void undo(VolumeInfo made, UnfinishedImports.Note note, ImportClaim claim)
      throws VolumeException {
    try {
      delete(made);
    } catch (VolumeException stays) {
      endOfLeft(note, claim, stays);
      throw stays;
    }
    claim.settled();
    unfinished.end(note);
  }

  private void endOfLeft(UnfinishedImports.Note note, ImportClaim claim, VolumeException stays)
      throws VolumeException {
    try {
      end(note, claim);
    } catch (VolumeException e) {
      throw new VolumeException(
          stays.kind(),
          stays.getMessage() + "; it may be deleted yet, and nobody may use it: " + e.getMessage(),
          stays);
    }
  }

  private void delete(VolumeInfo made) throws VolumeException {
    try {
      driver.delete(made.name());
    } catch (VolumeException e) {
      throw new VolumeException(
          e.kind(), "volume '" + made.name() + "' is left, filled in part: " + e.getMessage(), e);
    }
  }

  private static DomainException exists(Path file, FileAlreadyExistsException cause) {
    return new DomainException(DomainException.Kind.CONFLICT, "file " + file + " exists", cause);
  }

  private static DomainException unusable(Path file, IOException cause) {
    return new DomainException(
        DomainException.Kind.INVALID, "cannot use file " + file + ": " + Home.reason(cause), cause);
  }
}
