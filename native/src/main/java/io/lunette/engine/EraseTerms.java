/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.engine.format.VolumeSlot;

/** What was asked of an erase, as a volume's slot keeps it across restarts. */
final class EraseTerms {

  private EraseTerms() {}

  /**
   * The slot's words for an erase that begins.
   *
   * @param key number of the volume's key, 0 for none
   * @param before what the slot said until then
   */
  static VolumeSlot.Erase begin(
      EraseRequest request, long layer, long startMillis, long key, VolumeSlot.Erase before) {
    return begin(request, layer, startMillis, key, before.remains().elsewhere(), false);
  }

  private static VolumeSlot.Erase begin(
      EraseRequest request,
      long layer,
      long startMillis,
      long key,
      boolean elsewhere,
      boolean unread) {
    VolumeSlot.Terms terms =
        new VolumeSlot.Terms(
            request.method().ordinal(),
            request.passes().pattern(),
            request.passes().count(),
            request.sample().partsPerMillion(),
            request.sample().seed());
    return VolumeSlot.Erase.begun(layer, terms, startMillis, key, elsewhere, unread);
  }

  /**
   * The slot's words for an erase of what one failed with: it goes on from that if it is the same.
   * Else it counts nothing of what was done in another way, and claims no more than that allows.
   */
  static VolumeSlot.Erase afterFailure(
      VolumeSlot.Erase failed, EraseRequest request, long layer, long nowMillis) {
    EraseRequest before = of(failed);
    if (before.equals(request)) {
      return failed.on(layer);
    }
    boolean hasDone = failed.done().extents() > 0;
    boolean elsewhere = failed.elsewhere() || hasDone && hides(before);
    boolean unread = failed.unread() || hasDone && !before.sample().isAll();
    return begin(request, layer, nowMillis, failed.key(), elsewhere, unread);
  }

  private static boolean hides(EraseRequest request) {
    return request.method().claim() == EraseClaim.HIDDEN;
  }

  /** What was done: as it was asked, but that less may have been read back. */
  static EraseRequest done(VolumeSlot.Erase erase) {
    EraseRequest asked = of(erase);
    return erase.unread() ? asked.withoutReadBack() : asked;
  }

  /** What was asked. */
  static EraseRequest of(VolumeSlot.Erase erase) {
    VolumeSlot.Terms terms = erase.terms();
    return new EraseRequest(
        EraseMethod.values()[terms.method()],
        new ErasePasses(terms.pattern(), terms.passes()),
        new EraseSample(terms.verifiedParts(), terms.seed()));
  }
}
