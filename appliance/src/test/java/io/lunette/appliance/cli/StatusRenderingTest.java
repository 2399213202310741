/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusRenderingTest {

  private static String lineOfDevice(DeviceFeatures device) {
    JsonNode status = new ObjectMapper().valueToTree(Map.of("device", device));
    return new StatusRendering()
        .render(status)
        .lines()
        .filter(line -> line.startsWith("device "))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatTheProbeFoundIsShown() {
    DeviceFeatures device =
        new DeviceFeatures(
            "file",
            "ext4",
            512,
            4096,
            1024,
            Support.YES,
            Support.NO,
            Support.UNTRIED,
            Support.NO,
            Support.YES,
            Support.NO,
            Support.YES);

    assertThat(lineOfDevice(device))
        .isEqualTo(
            "device    file on ext4, sectors 512/4096; direct I/O by 1024, allocate yes,"
                + " punch hole no, zero range untried, discard no, durable write yes,"
                + " read without waiting no, overwrite in place yes");
  }

  @Test
  void sectorsSmallerThanALargeBlockAreSaidToTearIt() {
    assertThat(lineOfDevice(withPhysicalSectors(512)))
        .contains("sectors 512/512, may tear blocks of 4096; direct");
    assertThat(lineOfDevice(withPhysicalSectors(4096))).contains("sectors 512/4096; direct");
  }

  private static DeviceFeatures withPhysicalSectors(int bytes) {
    return new DeviceFeatures(
        "block device",
        "",
        512,
        bytes,
        512,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.YES);
  }

  @Test
  void aDeviceThatCanNothingIsShownAsThat() {
    assertThat(lineOfDevice(DeviceFeatures.none("block device")))
        .isEqualTo(
            "device    block device, sectors 0/0; direct I/O no, allocate no, punch hole no,"
                + " zero range no, discard no, durable write no, read without waiting no,"
                + " overwrite in place no");
  }
}
