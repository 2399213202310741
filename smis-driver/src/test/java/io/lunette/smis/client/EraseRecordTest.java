/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class EraseRecordTest {

  private static final VolumeName VOLUME = new VolumeName("replica-web-1");

  @Test
  void whatWasWrittenIsRead() {
    EraseReport report = report(Optional.of(new UUID(1, 2)));

    assertThat(EraseRecord.read(VOLUME, EraseRecord.write(report))).isEqualTo(report);
  }

  @Test
  void aRecordOfBeforeNamesNoVolume() {
    String text = EraseRecord.write(report(Optional.of(new UUID(1, 2))));
    String before = text.substring(0, text.lastIndexOf('\t'));

    assertThat(EraseRecord.read(VOLUME, before)).isEqualTo(report(Optional.empty()));
  }

  @Test
  void aRecordThatIsCutIsRefused() {
    String text = EraseRecord.write(report(Optional.empty()));
    String cut = text.substring(0, text.indexOf('\t', 20));

    assertThatThrownBy(() -> EraseRecord.read(VOLUME, cut)).hasMessageContaining("is damaged");
  }

  private static EraseReport report(Optional<UUID> volumeId) {
    return new EraseReport(
        VOLUME,
        volumeId,
        new EraseRequest(EraseMethod.OVERWRITE, new ErasePasses(0x55, 3), EraseSample.ALL),
        4,
        262144,
        262144,
        "iscsi",
        "array a (system)",
        Instant.parse("2026-11-27T09:00:00Z"),
        Instant.parse("2026-11-27T09:00:05Z"),
        Optional.empty());
  }
}
