/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The rule of the pace, in virtual time. */
final class ScrubPaceTest {

  private static final long PIECE = 1 << 20;

  private long nowNanos;
  private long operations;
  private boolean tenantAtWork;

  private final ScrubPace pace = new ScrubPace(() -> operations, () -> nowNanos, this::sleep);

  @Test
  void withoutTenantsAndLimitItNeverWaits() {
    admit(10_000);

    assertThat(nowNanos).isZero();
  }

  @Test
  void limitIsKept() {
    pace.limit(10 << 20);

    admit(101);

    assertThat(nowNanos).isEqualTo(TimeUnit.SECONDS.toNanos(10));
  }

  @Test
  void whileTenantsAreAtItItGoesAtTheYieldingRate() {
    tenantAtWork = true;
    nowNanos += TimeUnit.MILLISECONDS.toNanos(10);
    operations++;

    admit(641);

    assertThat(nowNanos)
        .isBetween(TimeUnit.MILLISECONDS.toNanos(9_990), TimeUnit.MILLISECONDS.toNanos(10_100));
  }

  @Test
  void lowerLimitHoldsForTenantsToo() {
    pace.limit(1 << 20);
    tenantAtWork = true;

    admit(11);

    assertThat(nowNanos).isEqualTo(TimeUnit.SECONDS.toNanos(10));
  }

  @Test
  void soonAfterTheLastOperationItGoesFastAgain() {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(10);
    operations++;

    admit(10_000);

    assertThat(nowNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
  }

  @Test
  void whatCameLongBeforeTheScrubDoesNotHoldItBack() {
    operations += 1000;
    nowNanos += TimeUnit.SECONDS.toNanos(5);

    admit(100);

    assertThat(nowNanos).isEqualTo(TimeUnit.SECONDS.toNanos(5));
  }

  @Test
  void whoeverEndsItIsNotHeldBack() {
    pace.limit(1);
    pace.admit(PIECE);
    pace.end();

    admit(10);

    assertThat(nowNanos).isZero();
  }

  @Test
  void underALimitASecondOfItIsTakenOnAtATime() {
    assertThat(pace.extentsAtOnce()).isEqualTo(1024);
    pace.limit(8 << 20);
    assertThat(pace.extentsAtOnce()).isEqualTo(128);
    pace.limit(1);
    assertThat(pace.extentsAtOnce()).isEqualTo(16);
    pace.limit(Long.MAX_VALUE);
    assertThat(pace.extentsAtOnce()).isEqualTo(1024);
  }

  private void admit(int pieces) {
    for (int i = 0; i < pieces; i++) {
      pace.admit(PIECE);
    }
  }

  private void sleep(long nanos) {
    nowNanos += nanos;
    if (tenantAtWork) {
      operations++;
    }
  }
}
