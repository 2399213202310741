/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lunette.core.image.ImageName;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.pool.PoolTermsChange;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.work.UnloggableError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a system that makes no thread for a while costs: nothing that a later tick does not do. */
final class WantOfThreadsTest {

  @TempDir private Path directory;
  private CoreFixture fixture;
  private final Queue<Runnable> driverWork = new ArrayDeque<>();
  private boolean threadless;
  private Error want = new OutOfMemoryError("unable to create native thread");

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(1);
    fixture.workers = this::execute;
    fixture.erases = driverWork::add;
    fixture.restart();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void execute(Runnable task) {
    if (threadless) {
      throw want;
    }
    task.run();
  }

  /** Lets the driver come to the end of what it does; nobody can be told, nor a line be logged. */
  private void endUnheard() {
    want = new UnloggableError();
    threadless = true;
    driverWork.remove().run();
    threadless = false;
  }

  @Test
  void whatATickHadNoThreadForTheNextOneDoes() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.clock.advance(Duration.ofMinutes(15));
    threadless = true;
    assertThatCode(fixture.core::tick).doesNotThrowAnyException();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.RETURNED);
    threadless = false;

    fixture.core.tick();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);
  }

  @Test
  void aTickThatCannotLogWhatItMetIsNotTheLast() throws Exception {
    Thread test = Thread.currentThread();
    CountDownLatch ticks = new CountDownLatch(2);
    fixture.settings = new CoreSettings(2, 3, 512, Duration.ofMillis(1), SpaceThresholds.DEFAULT);
    fixture.workers =
        task -> {
          if (Thread.currentThread() != test) {
            ticks.countDown();
            throw new UnloggableError();
          }
          task.run();
        };

    fixture.restart();

    assertThat(ticks.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theEndOfAScrubIsTakenUpAtTheNextTick() throws Exception {
    ReplicaName replica = fixture.usedAndReleased(S1);
    fixture.core.scrubs().run(OPERATOR, Optional.empty());
    endUnheard();
    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.SCRUBBING);

    fixture.core.tick();
    driverWork.remove().run();

    assertThat(fixture.replica(replica).state()).isEqualTo(ReplicaState.READY);
  }

  @Test
  void theEndOfAnEraseByHandIsTakenUpAtTheNextTick() throws Exception {
    VolumeName disk = new VolumeName("disk");
    fixture.driver.create(disk, CoreFixture.IMAGE_BYTES);
    var unused = fixture.core.erasures().erase(OPERATOR, disk, EraseRequest.zeroFillVerified());
    endUnheard();

    fixture.core.tick();

    assertThat(fixture.core.certificates().of(disk)).hasSize(1);
  }

  @Test
  void theEndOfACopyIsTakenUpAtTheNextTick() throws Exception {
    ImageName whole = new ImageName("whole");
    fixture.importImage(whole, 1);
    PoolTermsChange copies =
        new PoolTermsChange(
            Optional.of(CloneKind.INDEPENDENT),
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    PoolStatus unused = fixture.core.pools().set(OPERATOR, whole, PoolChange.terms(copies));
    unused = fixture.core.pools().set(OPERATOR, whole, PoolChange.ready(1));
    endUnheard();

    fixture.core.tick();

    assertThat(fixture.core.pools().get(whole).count(ReplicaState.READY)).isEqualTo(1);
  }
}
