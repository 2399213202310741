/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.work.SingleFlight;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The volumes whose imports were cut short and that could not be deleted, as for want of space: by
 * the last crash, or since by what left their notes. The name of each is claimed until it is
 * deleted: one that somebody had begun to use would be deleted with what he wrote. So it is where
 * the name leads to another volume, for that may be taken away any time. Thread-safe.
 */
final class CutImports implements AutoCloseable {

  private final UnfinishedImports unfinished;
  private final VolumeDriver driver;
  private final VolumeClaims claims;
  private final Map<UnfinishedImports.Note, UnfinishedImports.Left> kept =
      new ConcurrentHashMap<>();

  /** Of the names of those, which may be of two at different places. */
  private final Map<VolumeName, VolumeClaims.Claim> names = new ConcurrentHashMap<>();

  private final SingleFlight again;

  CutImports(
      UnfinishedImports unfinished, VolumeDriver driver, VolumeClaims claims, Executor waiting) {
    this.unfinished = unfinished;
    this.driver = driver;
    this.claims = claims;
    this.again = new SingleFlight("deleting what imports left", waiting, this::deleteKept);
  }

  /**
   * Keeps from all others what a start has left.
   *
   * @throws DomainException BUSY if one of those others has been let in before
   */
  void keep(List<UnfinishedImports.Left> all) throws DomainException {
    for (UnfinishedImports.Left left : all) {
      VolumeName name = left.volume().name();
      if (!names.containsKey(name)) {
        names.put(name, claims.take(name));
      }
      kept.put(left.note(), left);
    }
  }

  /** Keeps from all others what an import has left. */
  void keep(UnfinishedImports.Left left, VolumeClaims.Claim claim) {
    names.put(left.volume().name(), claim);
    kept.put(left.note(), left);
  }

  /** Lets what is kept be tried again soon. */
  void request() {
    if (!kept.isEmpty()) {
      again.request();
    }
  }

  private void deleteKept() {
    kept.forEach(this::deleteAgain);
  }

  private void deleteAgain(UnfinishedImports.Note note, UnfinishedImports.Left left) {
    try {
      unfinished.delete(driver, left);
      kept.remove(note);
      letGo(left.volume().name());
    } catch (VolumeException e) {
      kept.put(note, left.because(e));
    }
  }

  private void letGo(VolumeName name) {
    if (kept.values().stream().noneMatch(each -> each.volume().name().equals(name))) {
      Optional.ofNullable(names.remove(name)).ifPresent(VolumeClaims.Claim::close);
    }
  }

  /** What an operator should know, a line each. */
  List<String> alerts() {
    return kept.values().stream().map(UnfinishedImports.Left::line).sorted().toList();
  }

  @Override
  public void close() {
    again.close();
  }
}
