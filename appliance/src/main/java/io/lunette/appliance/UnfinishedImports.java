/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.Directories;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes that files are being copied into, each an empty file in a directory of the home whose
 * name is the volume's UUID and the place that has it: the pool's UUID, or an array's name. It is
 * there, durably, before the first byte is copied, and gone before anybody hears that the volume is
 * whole: what a crash leaves of one looks like any other volume. Thread-safe.
 */
final class UnfinishedImports {

  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedImports.class);
  private static final char AT = '@';

  private final Path directory;
  private final UUID pool;
  private final Flush flush;

  /** Makes durable which names a directory has. */
  interface Flush {
    void of(Path names) throws IOException;
  }

  /**
   * @param pool which one the volumes are in that are on no array
   */
  UnfinishedImports(Path directory, UUID pool) {
    this(directory, pool, Directories::flush);
  }

  UnfinishedImports(Path directory, UUID pool, Flush flush) {
    this.directory = directory;
    this.pool = pool;
    this.flush = flush;
  }

  /** A volume that is being filled. */
  record Note(Path file) {

    private String volume() {
      String name = file.getFileName().toString();
      int at = name.indexOf(AT);
      return at < 0 ? name : name.substring(0, at);
    }

    /** Empty of one of before places were noted. */
    private Optional<String> place() {
      String name = file.getFileName().toString();
      int at = name.indexOf(AT);
      return at < 0 ? Optional.empty() : Optional.of(name.substring(at + 1));
    }
  }

  /** The note by which a start deletes a volume; not there yet. */
  Note noteOf(VolumeInfo made, VolumePlace place) {
    return new Note(directory.resolve(made.uuid().toString() + AT + name(place)));
  }

  /**
   * Notes it.
   *
   * @throws VolumeException if the note is not there durably; it may be there until its {@link
   *     #end}
   */
  void begin(Note note) throws VolumeException {
    try {
      Directories.make(directory);
      Files.createFile(note.file());
      flush.of(directory);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private String name(VolumePlace place) {
    return place.isLocal() ? pool.toString() : place.name();
  }

  void end(Note note) throws VolumeException {
    try {
      // Also where it is gone: that may not have been flushed.
      boolean ignored = Files.deleteIfExists(note.file());
      flush.of(directory);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** A volume that is to be deleted and could not be, with why. */
  record Left(Note note, VolumeInfo volume, VolumeException why) {

    Left because(VolumeException now) {
      return new Left(note, volume, now);
    }

    String line() {
      return "volume '"
          + volume.name()
          + "', whose import was cut short, cannot be deleted yet: "
          + why.getMessage();
    }
  }

  /**
   * Deletes what the last crash left, but for what is at places that are not served now. What is in
   * use is an operator's from then on.
   *
   * @return what is noted still, for the next start at the latest; nobody may use it before
   * @throws VolumeException if notes may be left: nobody may be shown a volume before they are gone
   */
  List<Left> deleteAll(VolumeDriver driver) throws VolumeException {
    List<Note> notes = notes();
    if (notes.isEmpty()) {
      return List.of();
    }
    Set<String> places = driver.places().stream().map(this::name).collect(Collectors.toSet());
    Map<String, VolumeInfo> volumes =
        driver.list().stream()
            .collect(Collectors.toMap(each -> each.uuid().toString(), Function.identity()));
    List<Left> left = new ArrayList<>();
    for (Note note : notes) {
      if (note.place().isEmpty() || places.contains(note.place().get())) {
        VolumeInfo volume = volumes.get(note.volume());
        if (volume == null) {
          end(note);
        } else {
          deleteOrKeep(driver, note, volume).ifPresent(left::add);
        }
      }
    }
    return left;
  }

  private Optional<Left> deleteOrKeep(VolumeDriver driver, Note note, VolumeInfo volume)
      throws VolumeException {
    try {
      delete(driver, note, volume);
    } catch (VolumeException e) {
      if (e.kind() != VolumeException.Kind.BUSY) {
        Left left = new Left(note, volume, e);
        LOG.warn("{}", left.line());
        return Optional.of(left);
      }
      LOG.warn(
          "volume {}, whose import was cut short, is left, delete it: {}",
          volume.name(),
          e.getMessage());
    }
    end(note);
    return Optional.empty();
  }

  /** Deletes what was left before, if it is there still. Its name is the caller's. */
  void delete(VolumeDriver driver, Left left) throws VolumeException {
    if (has(driver.list(), left.volume())) {
      delete(driver, left.note(), left.volume());
    }
    end(left.note());
  }

  /** Where it is: its name may lead to another, at another place. */
  private void delete(VolumeDriver driver, Note note, VolumeInfo volume) throws VolumeException {
    driver.delete(place(driver, note, volume), volume.name());
    LOG.info("volume {} is deleted: its import was cut short", volume.name());
  }

  private VolumePlace place(VolumeDriver driver, Note note, VolumeInfo volume)
      throws VolumeException {
    Optional<String> noted = note.place();
    if (noted.isPresent()) {
      boolean isLocal = noted.get().equals(name(VolumePlace.LOCAL));
      return isLocal ? VolumePlace.LOCAL : new VolumePlace(noted.get());
    }
    boolean isLocal = has(driver.list(VolumePlace.LOCAL), volume);
    return isLocal ? VolumePlace.LOCAL : driver.place(volume.name());
  }

  private static boolean has(List<VolumeInfo> all, VolumeInfo volume) {
    return all.stream().anyMatch(each -> each.uuid().equals(volume.uuid()));
  }

  private List<Note> notes() throws VolumeException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Note::new).toList();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private VolumeException failed(IOException e) {
    return new VolumeException(
        VolumeException.Kind.IO,
        "cannot keep account of imports in " + directory + ": " + Home.reason(e),
        e);
  }
}
