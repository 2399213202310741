/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import io.lunette.appliance.Home;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The home of a tour. It begins empty; what an earlier tour left there is removed first. */
public final class TourHome {

  private static final String MARK = "made-by-quickstart";
  private static final String SCRATCH = "quickstart";

  private TourHome() {}

  /**
   * The home for a tour: the one named, else a directory of its own beside the usual home.
   *
   * @throws TourException if there is something in it that no tour made; nothing is changed then
   */
  public static Home prepare(Optional<Path> named, Home usual) throws TourException {
    Path directory =
        named.orElseGet(
            () ->
                usual.directory().resolveSibling(usual.directory().getFileName() + "-quickstart"));
    Home home = new Home(directory);
    try {
      if (Files.isDirectory(home.directory())) {
        clear(home);
      }
      Files.createDirectories(scratch(home));
      Files.writeString(home.directory().resolve(MARK), "");
      return home;
    } catch (IOException e) {
      throw new TourException("cannot prepare " + home.directory() + ": " + Home.reason(e), e);
    }
  }

  /** Where the tour keeps its own files. */
  public static Path scratch(Home home) {
    return home.directory().resolve(SCRATCH);
  }

  private static void clear(Home home) throws IOException, TourException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(home.directory())) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    boolean ours = Files.exists(home.directory().resolve(MARK));
    if (all.size() > 1 && !ours) {
      throw new TourException(
          home.directory() + " is not empty, and no quickstart made it: name another --home");
    }
    if (Files.exists(home.lock()) && isHeld(home.lock())) {
      throw new TourException(
          "an appliance runs on " + home.directory() + " already; stop it, or name another --home");
    }
    for (Path each : all) {
      if (!each.equals(home.directory())) {
        Files.delete(each);
      }
    }
  }

  private static boolean isHeld(Path lock) throws IOException {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }
}
