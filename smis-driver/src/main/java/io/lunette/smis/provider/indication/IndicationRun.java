/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.indication.Indications.Wish;
import io.lunette.smis.provider.model.Estate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks once a second at what happened, while somebody waits for it, and tells them. Started and
 * closed by one thread; looks on a worker thread, one at a time.
 */
public final class IndicationRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(IndicationRun.class);
  private static final long PERIOD_MILLIS = 1000;

  private final Vertx vertx;
  private final WorkerExecutor worker;
  private final Listeners listeners;
  private final Indications indications;
  private final Supplier<Estate> estates;
  private final Schema schema;
  private final Clock clock;
  private final LifecycleWatch watch;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final long timer;

  /**
   * Starts.
   *
   * @param volumeTeller how a volume is told of
   * @param jobTeller how a job is
   */
  public IndicationRun(
      Vertx vertx,
      Indications indications,
      Supplier<Estate> estates,
      Schema schema,
      Clock clock,
      BiFunction<Estate, VolumeInfo, CimInstance> volumeTeller,
      BiFunction<Estate, JobBook.Entry, CimInstance> jobTeller) {
    this.vertx = vertx;
    this.worker = vertx.createSharedWorkerExecutor("lunette-indications", 1);
    this.listeners = new Listeners(vertx);
    this.indications = indications;
    this.estates = estates;
    this.schema = schema;
    this.clock = clock;
    this.watch = new LifecycleWatch(volumeTeller, jobTeller);
    this.timer = vertx.setPeriodic(PERIOD_MILLIS, id -> request());
  }

  private void request() {
    if (looking.compareAndSet(false, true)) {
      worker
          .executeBlocking(
              () -> {
                look();
                return null;
              })
          .onComplete(done -> looking.set(false))
          .onFailure(failure -> LOG.error("a defect in the indications", failure));
    }
  }

  /** One look. */
  private void look() {
    try {
      List<Wish> wishes = indications.wishes();
      if (wishes.isEmpty()) {
        watch.forget();
        return;
      }
      Estate estate = estates.get();
      for (LifecycleEvent event : watch.look(estate)) {
        for (Wish wish : wishes) {
          if (wish.query().matches(schema, event)) {
            listeners.tell(
                wish.destination(),
                ExportMessage.of(
                    schema, estate.systemName(), wish.filter(), event, clock.instant()));
          }
        }
      }
    } catch (CimException e) {
      LOG.warn("what happened is looked at later: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
    Future<Void> ignored = worker.close();
    listeners.close();
  }
}
