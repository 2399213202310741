/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.server.ServerName;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many servers at one time on a pool that is too small, with scrubs and refills under way. */
final class ProvisioningHammerTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 40;
  private static final int SERVED_MIN = 2;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  @TempDir private Path directory;
  private final Set<VolumeName> held = ConcurrentHashMap.newKeySet();

  @Test
  @Tag("CH-4")
  void noReplicaIsEverHandedOutTwiceOrDirty() throws Exception {
    ExecutorService background = Executors.newFixedThreadPool(3);
    ExecutorService servers = Executors.newFixedThreadPool(THREADS);
    CoreFixture fixture = new CoreFixture(directory);
    fixture.workers = background;
    fixture.erases = background;
    fixture.settings = new CoreSettings(2, 3, 3, Duration.ofMillis(20), SpaceThresholds.DEFAULT);
    try (fixture) {
      fixture.start();
      fixture.importImage(WEB, 1);
      fixture
          .core
          .pools()
          .set(
              OPERATOR,
              WEB,
              new PoolChange(
                  OptionalInt.of(3),
                  OptionalInt.of(1),
                  OptionalInt.of(2),
                  Optional.empty(),
                  Optional.empty()));
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        ServerName server = new ServerName("server" + i);
        fixture.addServer(server);
        tasks.add(
            () -> {
              serve(fixture, server);
              return null;
            });
      }

      for (Future<Void> task : servers.invokeAll(tasks)) {
        task.get();
      }
      assertThat(fixture.masking.violations()).isEmpty();
      assertThat(fixture.masking.mappings()).isEmpty();
      assertThat(fixture.core.allocations().list()).isEmpty();
    } finally {
      servers.shutdownNow();
      background.shutdownNow();
    }
  }

  /** Goes on after the rounds until it was served: on a busy machine others refill in between. */
  private void serve(CoreFixture fixture, ServerName server) throws Exception {
    TenantName tenant = new TenantName("tenant-of-" + server);
    long end = System.nanoTime() + PATIENCE_NANOS;
    int successes = 0;
    for (int round = 0; round < ROUNDS || successes < SERVED_MIN; round++) {
      assertThat(System.nanoTime()).as("served %d times", successes).isLessThan(end);
      AllocationOutcome outcome =
          fixture.core.allocations().allocate(OPERATOR, server, tenant, WEB);
      if (outcome instanceof AllocationOutcome.Allocated allocated) {
        use(fixture, allocated.allocation(), round);
        successes++;
      }
      fixture.core.allocations().release(OPERATOR, server);
    }
  }

  private void use(CoreFixture fixture, Allocation allocation, int round) throws Exception {
    VolumeName volume = allocation.replica().volume();
    assertThat(held.add(volume)).as("%s is held by one server", volume).isTrue();
    assertThat(fixture.isClean(allocation.replica())).as("%s is clean", volume).isTrue();
    DeviceContent.write(fixture.driver, volume, 0, DeviceContent.pattern(4096, 1000 + round));
    assertThat(held.remove(volume)).isTrue();
  }
}
