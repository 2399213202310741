/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

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
   * @param elsewhere whether something that the volume gave up before was not overwritten where it
   *     lay, and no erase has said so yet
   */
  static VolumeSlot.Erase begin(
      EraseRequest request, long layer, long startMillis, long key, boolean elsewhere) {
    return new VolumeSlot.Erase(
        layer,
        request.method().ordinal(),
        request.passes().pattern(),
        request.passes().count(),
        request.sample().partsPerMillion(),
        request.sample().seed(),
        0,
        0,
        0,
        startMillis,
        key,
        0,
        elsewhere);
  }

  /**
   * The slot's words for an erase of what one failed with: it goes on from that if it is the same,
   * and else says nothing of what was done in another way.
   */
  static VolumeSlot.Erase afterFailure(
      VolumeSlot.Erase failed, EraseRequest request, long layer, long nowMillis) {
    return of(failed).equals(request)
        ? failed.on(layer)
        : begin(request, layer, nowMillis, failed.key(), false);
  }

  /** What was asked. */
  static EraseRequest of(VolumeSlot.Erase erase) {
    return new EraseRequest(
        EraseMethod.values()[erase.method()],
        new ErasePasses(erase.pattern(), erase.passes()),
        new EraseSample(erase.verifiedParts(), erase.seed()));
  }
}
