/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.work.SingleFlight;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The volumes whose imports were cut short and that could not be deleted, as for want of space: by
 * the last crash, or since by what left their notes. The names of those are claimed until they can
 * be deleted: one that somebody had begun to use would be deleted with what he wrote. Thread-safe.
 */
final class CutImports implements AutoCloseable {

  private record Claimed(UnfinishedImports.Left left, VolumeClaims.Claim claim) {}

  private final UnfinishedImports unfinished;
  private final VolumeDriver driver;
  private final VolumeClaims claims;
  private final Map<UnfinishedImports.Note, Claimed> kept = new ConcurrentHashMap<>();
  private final SingleFlight again;

  CutImports(
      UnfinishedImports unfinished, VolumeDriver driver, VolumeClaims claims, Executor waiting) {
    this.unfinished = unfinished;
    this.driver = driver;
    this.claims = claims;
    this.again = new SingleFlight("deleting what imports left", waiting, this::deleteKept);
  }

  /** Keeps from all others what a start has left; before any of those others is let in. */
  void keep(List<UnfinishedImports.Left> all) throws DomainException {
    for (UnfinishedImports.Left left : all) {
      keep(left, claims.take(left.volume().name()));
    }
  }

  /** Keeps from all others what an import has left. */
  void keep(UnfinishedImports.Left left, VolumeClaims.Claim claim) {
    kept.put(left.note(), new Claimed(left, claim));
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

  private void deleteAgain(UnfinishedImports.Note note, Claimed claimed) {
    try {
      unfinished.delete(driver, claimed.left());
      kept.remove(note);
      claimed.claim().close();
    } catch (VolumeException e) {
      kept.put(note, new Claimed(claimed.left().because(e), claimed.claim()));
    }
  }

  /** What an operator should know, a line each. */
  List<String> alerts() {
    return kept.values().stream().map(each -> each.left().line()).sorted().toList();
  }

  @Override
  public void close() {
    again.close();
  }
}
