/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What an erase did; the raw material of a certificate, claiming no more than was done.
 *
 * @param volume the volume as it was called
 * @param volumeId its lasting identity then; empty in records of before it was kept
 * @param request what was asked; without read-back where an attempt on other terms had failed
 *     before, and not read back all that it did
 * @param extents extents that the volume had written to
 * @param erasedBytes bytes overwritten or zeroed
 * @param verifiedBytes bytes read back and found erased
 * @param verification how read-back was done, for instance {@code direct} or {@code cached}
 * @param device identity of the backing device
 * @param started when
 * @param ended when
 * @param key number of the key that was destroyed, if that was the method
 * @param claim what may be said of the bytes: as much as the method may claim, or less
 */
public record EraseReport(
    VolumeName volume,
    Optional<UUID> volumeId,
    EraseRequest request,
    long extents,
    long erasedBytes,
    long verifiedBytes,
    String verification,
    String device,
    Instant started,
    Instant ended,
    Optional<String> key,
    EraseClaim claim) {

  /** One that did all that its method may claim. */
  public EraseReport(
      VolumeName volume,
      Optional<UUID> volumeId,
      EraseRequest request,
      long extents,
      long erasedBytes,
      long verifiedBytes,
      String verification,
      String device,
      Instant started,
      Instant ended,
      Optional<String> key) {
    this(
        volume,
        volumeId,
        request,
        extents,
        erasedBytes,
        verifiedBytes,
        verification,
        device,
        started,
        ended,
        key,
        request.method().claim());
  }

  /** The same erase, for whose volume was not written to before it. */
  public EraseReport ofNothing() {
    return new EraseReport(
        volume, volumeId, request, 0, 0, 0, verification, device, started, ended, key, claim);
  }

  /** How often each block was written or zeroed, the zeroes at the end included. */
  public int passes() {
    return request.passes().count() + 1;
  }
}
