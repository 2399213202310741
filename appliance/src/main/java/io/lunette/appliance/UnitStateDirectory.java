/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.scsi.device.UnitStateStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Records of logical units as files of a directory, {@code UUID.reservations} and {@code
 * UUID.mode-pages} and so on, laid out as {@link UnitStateRecord} says.
 *
 * <p>A file is a {@link DurableFile}: after a crash there is the record before or the one after.
 * The directory appears with the first record. One thread writes, in the order of the calls.
 * Thread-safe.
 */
final class UnitStateDirectory implements UnitStateStore, AutoCloseable {

  private static final long END_SECONDS = 5;

  private final Path directory;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "lunette-unit-state");
            thread.setDaemon(true);
            return thread;
          });

  /** Whether the end of a record is not durable yet. Of the writer alone. */
  private boolean flushOwed;

  UnitStateDirectory(Path directory) {
    this.directory = directory;
  }

  /** The directory that belongs to a pool served by itself: beside it. */
  static Path beside(Path poolFile) {
    Path pool = poolFile.toAbsolutePath().normalize();
    return pool.resolveSibling(pool.getFileName() + ".units");
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public Optional<byte[]> load(UUID unit, Kind kind) throws IOException {
    Path file = file(unit, kind);
    try {
      return Optional.of(UnitStateRecord.decode(unit, kind, Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IOException(file + ": " + Home.reason(e), e);
    }
  }

  @Override
  public CompletionStage<Void> save(UUID unit, Kind kind, byte[] record) {
    CompletableFuture<Void> saved = new CompletableFuture<>();
    try {
      byte[] content = UnitStateRecord.encode(unit, kind, record);
      writer.execute(() -> write(unit, kind, content, saved));
    } catch (RejectedExecutionException e) {
      saved.completeExceptionally(new IOException(directory + " is closed", e));
    } catch (RuntimeException | Error e) {
      // As for want of memory, or of a thread: who waits for this save is not who called.
      saved.completeExceptionally(e);
    }
    return saved;
  }

  /** Whatever happens, as want of memory does at any place, the caller hears of it. */
  private void write(UUID unit, Kind kind, byte[] content, CompletableFuture<Void> saved) {
    try {
      replace(file(unit, kind), content);
    } catch (IOException | RuntimeException | Error e) {
      saved.completeExceptionally(e);
      return;
    }
    saved.complete(null);
  }

  private void replace(Path file, byte[] content) throws IOException {
    try {
      replaceDurably(file, content);
    } catch (IOException e) {
      throw new IOException(file + ": " + Home.reason(e), e);
    }
  }

  private void replaceDurably(Path file, byte[] content) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      DurableFile.flushDirectory(directory.toAbsolutePath().getParent());
    }
    DurableFile.replace(file, content, DurableFile.Readers.OWNER);
  }

  @Override
  public void remove(UUID unit) throws IOException {
    try {
      // Behind the saves before it, which would bring a record back.
      writer.submit(() -> removeAll(unit)).get();
    } catch (RejectedExecutionException e) {
      throw new IOException(directory + " is closed", e);
    } catch (ExecutionException e) {
      throw new IOException(directory + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(directory + ": interrupted", e);
    }
  }

  private Void removeAll(UUID unit) throws IOException {
    for (Kind kind : Kind.values()) {
      flushOwed |= Files.deleteIfExists(file(unit, kind));
    }
    if (flushOwed) {
      DurableFile.flushDirectory(directory);
      flushOwed = false;
    }
    return null;
  }

  /**
   * Removes the records of all units but these, and what a crash left half written. To be called
   * before any unit begins: one that ended while its records could not be removed loses them here.
   */
  void retainOnly(Set<UUID> units) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!isOf(units, file.getFileName().toString())) {
          boolean ignored = Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    }
    // A removal before the start may not be durable.
    DurableFile.flushDirectory(directory);
  }

  private static boolean isOf(Set<UUID> units, String name) {
    return !name.endsWith(DurableFile.UNFINISHED)
        && units.stream().anyMatch(unit -> name.startsWith(unit + "."));
  }

  private Path file(UUID unit, Kind kind) {
    return directory.resolve(unit + "." + kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  /** Waits a while for what is being written. An interrupt is kept. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      boolean ignored = writer.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
