/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The text form in which the catalog keeps what an erase has done until the volume has been made
 * anew, so that a restart in between neither loses it nor erases twice: fields between tabs, in the
 * order of the report; the identity of the volume is the last, and missing in records of before it
 * was kept.
 */
final class EraseRecord {

  private static final String GAP = "\t";
  private static final int FIELDS = 13;
  private static final int FIELDS_BEFORE = 12;

  private EraseRecord() {}

  static String write(EraseReport report) {
    EraseRequest request = report.request();
    return String.join(
        GAP,
        request.method().name(),
        "" + request.passes().pattern(),
        "" + request.passes().count(),
        "" + request.sample().partsPerMillion(),
        "" + request.sample().seed(),
        "" + report.extents(),
        "" + report.erasedBytes(),
        "" + report.verifiedBytes(),
        report.verification(),
        report.device(),
        report.started().toString(),
        report.ended().toString(),
        report.volumeId().map(UUID::toString).orElse(""));
  }

  static EraseReport read(VolumeName volume, String text) {
    String[] fields = text.split(GAP, -1);
    if (fields.length != FIELDS && fields.length != FIELDS_BEFORE) {
      throw new IllegalStateException("the catalog's record of an erase is damaged: " + text);
    }
    EraseRequest request =
        new EraseRequest(
            EraseMethod.valueOf(fields[0]),
            new ErasePasses(Integer.parseInt(fields[1]), Integer.parseInt(fields[2])),
            new EraseSample(Integer.parseInt(fields[3]), Long.parseLong(fields[4])));
    return new EraseReport(
        volume,
        volumeId(fields),
        request,
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        Long.parseLong(fields[7]),
        fields[8],
        fields[9],
        Instant.parse(fields[10]),
        Instant.parse(fields[11]),
        Optional.empty());
  }

  private static Optional<UUID> volumeId(String[] fields) {
    boolean known = fields.length == FIELDS && !fields[FIELDS - 1].isEmpty();
    return known ? Optional.of(UUID.fromString(fields[FIELDS - 1])) : Optional.empty();
  }
}
