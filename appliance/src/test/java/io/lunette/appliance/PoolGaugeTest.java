/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.PoolSpace;
import io.lunette.scsi.device.ProvisioningSpace;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PoolGaugeTest {

  private final AtomicInteger told = new AtomicInteger();

  private static PoolSpace used(long bytes) {
    return new PoolSpace(1100, 1000, bytes, 0, 0, 1000 - bytes, 5000);
  }

  private PoolGauge gauge(long usedBytes) {
    PoolGauge gauge = new PoolGauge(SpaceThresholds.of(80, 95), used(usedBytes));
    gauge.whenReached(told::incrementAndGet);
    return gauge;
  }

  @Test
  void tellsWhatWasSeenLast() {
    PoolGauge gauge = gauge(100);
    assertThat(gauge.read()).contains(new ProvisioningSpace(1000, 100, 80, 95));

    gauge.looked(used(300));

    assertThat(gauge.read()).contains(new ProvisioningSpace(1000, 300, 80, 95));
  }

  @Test
  void everyThresholdIsToldOnceOnTheWayUp() {
    PoolGauge gauge = gauge(799);

    gauge.looked(used(800));
    gauge.looked(used(810));
    assertThat(told).hasValue(1);
    gauge.looked(used(950));
    assertThat(told).hasValue(2);
    gauge.looked(used(500));
    assertThat(told).hasValue(2);
    gauge.looked(used(960));
    assertThat(told).hasValue(3);
  }

  @Test
  void aPoolThatStaysAtAThresholdIsNotToldAgain() {
    PoolGauge gauge = gauge(800);

    gauge.looked(used(790));
    gauge.looked(used(805));

    assertThat(told).hasValue(0);
  }
}
