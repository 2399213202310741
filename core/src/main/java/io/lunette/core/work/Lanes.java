/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import io.lunette.core.DomainException;
import io.lunette.core.volume.VolumeException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task on several lanes: never twice at one time on one lane, and no lane waits for another. So
 * what a dead peer keeps waiting is its own lane alone. Thread-safe.
 *
 * @param <L> what tells lanes apart
 */
public final class Lanes<L> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  /** Says which lanes there are, after what is to be done once for all of them. */
  public interface Survey<L> {
    Set<L> lanes() throws DomainException, VolumeException;
  }

  /** What is done on a lane. */
  public interface Task<L> {
    void run(L lane) throws DomainException, VolumeException;
  }

  private final String name;
  private final Executor executor;
  private final Survey<L> survey;
  private final Task<L> task;
  private final SingleFlight dispatch;
  private final Map<L, SingleFlight> lanes = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Names a task; it does not run yet.
   *
   * @param executor has a thread for each lane, as each may wait
   * @param survey waits for no lane
   */
  public Lanes(String name, Executor executor, Survey<L> survey, Task<L> task) {
    this.name = name;
    this.executor = executor;
    this.survey = survey;
    this.task = task;
    this.dispatch = new SingleFlight(name, executor, this::requestAll);
  }

  /** Lets the task run soon on every lane; does nothing once closed. */
  public void request() {
    dispatch.request();
  }

  /** Lets it run soon on one lane; does nothing once closed. */
  public void request(L lane) {
    SingleFlight flight =
        lanes.computeIfAbsent(
            lane, each -> new SingleFlight(name + " at " + each, executor, () -> run(each)));
    if (closed) {
      flight.close();
    }
    flight.request();
  }

  private void requestAll() {
    try {
      survey.lanes().forEach(this::request);
    } catch (DomainException | VolumeException e) {
      LOG.warn("{} is tried again later", name, e);
    }
  }

  private void run(L lane) {
    try {
      task.run(lane);
    } catch (DomainException | VolumeException e) {
      LOG.warn("{} at {} is tried again later", name, lane, e);
    }
  }

  /** Waits for the runs under way and lets no more begin. */
  @Override
  public void close() {
    closed = true;
    dispatch.close();
    lanes.values().forEach(SingleFlight::close);
  }
}
