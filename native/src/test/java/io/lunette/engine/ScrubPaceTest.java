/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The rule of the pace, in virtual time. */
final class ScrubPaceTest {

  private static final long PIECE = 1 << 20;

  private long nowNanos;
  private long operations;
  private boolean tenantAtWork;
  private long stepNanos;
  private Runnable onSleep = () -> {};

  private final ScrubPace pace = new ScrubPace(() -> operations, () -> nowNanos, this::sleep);

  @Test
  void withoutTenantsAndLimitItNeverWaits() throws Exception {
    take(10_000);

    assertThat(nowNanos).isZero();
  }

  @Test
  void itRestsForNoLongerThanWhoWaitsForItCanBear() throws Exception {
    stepNanos = millis(10_000);
    take(1);
    operations++;
    take(1);
    long ended = nowNanos;

    take(1);

    assertThat(nowNanos - ended).isEqualTo(millis(12_000));
  }

  @Test
  void limitIsKept() throws Exception {
    pace.limit(10 << 20);

    take(101);

    assertThat(nowNanos).isEqualTo(millis(10_000));
  }

  @Test
  void onAFastDeviceItGoesAtTheYieldingRateWhileTenantsAreAtIt() throws Exception {
    stepNanos = millis(1);
    tenantAtWork = true;
    nowNanos += millis(10);
    operations++;

    take(641);

    assertThat(nowNanos).isBetween(millis(9_990), millis(10_100));
  }

  @Test
  void onASlowDeviceItTakesAQuarterOfTheTimeWhileTenantsAreAtIt() throws Exception {
    stepNanos = millis(20);
    tenantAtWork = true;
    nowNanos += millis(10);
    operations++;

    take(101);

    assertThat(nowNanos).isBetween(millis(100 * 80), millis(100 * 80 + 100));
  }

  /** Of a disk that is so busy that a step takes longer than tenants are remembered. */
  @Test
  void whatComesDuringALongStepCounts() throws Exception {
    stepNanos = millis(500);
    take(1);
    operations++;
    take(1);
    long rested = nowNanos;

    take(1);

    assertThat(rested).isEqualTo(millis(1_000));
    assertThat(nowNanos - rested).isEqualTo(millis(2_000));
  }

  @Test
  void aFlushIsRestedAfterLikeAnyOtherStep() throws Exception {
    tenantAtWork = true;

    pace.take(
        0,
        () -> {
          nowNanos += millis(300);
          operations++;
        });
    long flushed = nowNanos;
    take(1);

    assertThat(nowNanos - flushed).isEqualTo(millis(900));
  }

  @Test
  void oneStepIsTakenAtATimeWhileTenantsAreAtIt() throws Exception {
    nowNanos += millis(10);
    operations++;
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    List<String> steps = Collections.synchronizedList(new ArrayList<>());
    Thread other =
        new Thread(
            () ->
                steps.add(
                    takeQuietly(
                        () -> {
                          begun.countDown();
                          awaitQuietly(mayEnd);
                        })));
    other.start();
    begun.await();
    onSleep =
        () -> {
          mayEnd.countDown();
          Pool.awaitQuietly(other);
        };

    pace.take(PIECE, () -> steps.add("second"));

    assertThat(steps).containsExactly("first", "second");
  }

  @Test
  void lowerLimitHoldsForTenantsToo() throws Exception {
    pace.limit(1 << 20);
    tenantAtWork = true;

    take(11);

    assertThat(nowNanos).isEqualTo(millis(10_000));
  }

  @Test
  void soonAfterTheLastOperationItGoesFastAgain() throws Exception {
    nowNanos += millis(10);
    operations++;

    take(10_000);

    assertThat(nowNanos).isLessThan(millis(300));
  }

  @Test
  void whatCameLongBeforeTheScrubDoesNotHoldItBack() throws Exception {
    operations += 1000;
    nowNanos += millis(5_000);

    take(100);

    assertThat(nowNanos).isEqualTo(millis(5_000));
  }

  @Test
  void whoeverEndsItIsNotHeldBack() throws Exception {
    pace.limit(1);
    take(1);
    pace.end();

    take(10);

    assertThat(nowNanos).isZero();
  }

  @Test
  void whatALimitHeldBackGoesOnAtTheNextOne() throws Exception {
    pace.limit(1);
    take(1);
    pace.limit(0);

    take(1);

    assertThat(nowNanos).isZero();
  }

  @Test
  void whoIsHeldBackByALimitGoesOnWhenThatIsLifted() throws Exception {
    pace.limit(1);
    take(1);
    onSleep = () -> pace.limit(0);

    take(1);

    assertThat(nowNanos).isEqualTo(millis(10));
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

  private void take(int pieces) throws Exception {
    for (int i = 0; i < pieces; i++) {
      pace.take(PIECE, () -> nowNanos += stepNanos);
    }
  }

  private String takeQuietly(ScrubPace.Step step) {
    try {
      pace.take(PIECE, step);
      return "first";
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void sleep(long nanos) {
    nowNanos += nanos;
    if (tenantAtWork) {
      operations++;
    }
    onSleep.run();
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
