/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.Directories;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes that files are being copied into, each an empty file in a directory of the home whose
 * name is the volume's UUID. It is there, durably, before the first byte is copied, and gone before
 * anybody hears that the volume is whole: what a crash leaves of one looks like any other volume.
 * Thread-safe.
 */
final class UnfinishedImports {

  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedImports.class);

  private final Path directory;

  UnfinishedImports(Path directory) {
    this.directory = directory;
  }

  void begin(VolumeInfo made) throws VolumeException {
    try {
      Directories.make(directory);
      Files.createFile(noteOf(made));
      Directories.flush(directory);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void end(VolumeInfo made) throws VolumeException {
    try {
      if (Files.deleteIfExists(noteOf(made))) {
        Directories.flush(directory);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Deletes what the last crash left. What cannot be deleted now is an operator's from then on, who
   * may make use of it.
   *
   * @throws VolumeException if notes may be left: nobody may be shown a volume before they are gone
   */
  void deleteAll(VolumeDriver driver) throws VolumeException {
    try {
      Set<String> left = notes();
      if (left.isEmpty()) {
        return;
      }
      for (VolumeInfo volume : driver.list()) {
        if (left.remove(volume.uuid().toString())) {
          delete(driver, volume);
        }
      }
      for (String gone : left) {
        Files.delete(directory.resolve(gone));
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void delete(VolumeDriver driver, VolumeInfo volume) throws VolumeException {
    try {
      driver.delete(volume.name());
      LOG.info("volume {} is deleted: its import was cut short", volume.name());
    } catch (VolumeException e) {
      LOG.warn(
          "volume {}, whose import was cut short, is left, delete it: {}",
          volume.name(),
          e.getMessage());
    }
    end(volume);
  }

  private Set<String> notes() throws IOException {
    Set<String> names = new HashSet<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      }
    }
    return names;
  }

  private Path noteOf(VolumeInfo volume) {
    return directory.resolve(volume.uuid().toString());
  }

  private VolumeException failed(IOException e) {
    return new VolumeException(
        VolumeException.Kind.IO,
        "cannot keep account of imports in " + directory + ": " + Home.reason(e),
        e);
  }
}
