/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.core.server.ServerName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Loads in memory: of each server the latest of every number, and a bounded number of samples.
 * Thread-safe.
 */
final class LoadBook {

  private static final int HISTORY_MAX = 60;

  /** A number and when it was so. */
  record Latest(double value, Instant at) {}

  private static final class Page {
    private final Deque<LoadSample> history = new ArrayDeque<>();
    private final Map<String, Latest> latest = new TreeMap<>();
    private Optional<Instant> reported = Optional.empty();
    private Optional<Instant> seen = Optional.empty();
    private TargetCounters counted;
    private Instant countedAt;
  }

  @GuardedBy("this")
  private final Map<ServerName, Page> pages = new HashMap<>();

  @GuardedBy("this")
  private final Set<ServerName> unsaved = new HashSet<>();

  /** What is known of a server. */
  record Known(
      Optional<Instant> reported,
      Optional<Instant> seen,
      SortedMap<String, Double> values,
      List<LoadSample> history) {}

  @GuardedBy("this")
  private Page page(ServerName server) {
    return pages.computeIfAbsent(server, unused -> new Page());
  }

  /** Puts back what an earlier run had saved. */
  synchronized void restore(ServerName server, String name, Latest latest) {
    Page page = page(server);
    page.latest.put(name, latest);
    if (page.reported.isEmpty() || page.reported.get().isBefore(latest.at())) {
      page.reported = Optional.of(latest.at());
    }
  }

  synchronized void report(ServerName server, LoadSample sample) {
    add(page(server), sample);
    page(server).reported = Optional.of(sample.at());
    unsaved.add(server);
  }

  private static void add(Page page, LoadSample sample) {
    sample.values().forEach((name, value) -> page.latest.put(name, new Latest(value, sample.at())));
    page.history.addLast(sample);
    if (page.history.size() > HISTORY_MAX) {
      page.history.removeFirst();
    }
  }

  /** Makes rates of what the target counted since the last time. */
  synchronized void count(ServerName server, TargetCounters counters, Instant now) {
    Page page = page(server);
    if (page.counted != null && page.countedAt.isBefore(now)) {
      add(page, rates(page, counters, now));
    }
    page.counted = counters;
    page.countedAt = now;
    page.seen = Optional.of(now);
  }

  /** A new mapping counts from zero again. */
  private static LoadSample rates(Page page, TargetCounters counters, Instant now) {
    double seconds = Duration.between(page.countedAt, now).toNanos() / 1e9;
    TargetCounters before = page.counted;
    long commands = counters.reads() + counters.writes() - before.reads() - before.writes();
    long bytes =
        counters.readBytes() + counters.writtenBytes() - before.readBytes() - before.writtenBytes();
    SortedMap<String, Double> values = new TreeMap<>();
    values.put(LoadSample.TARGET_IOPS, Math.max(0, commands) / seconds);
    values.put(LoadSample.TARGET_BYTES, Math.max(0, bytes) / seconds);
    values.put(LoadSample.TARGET_QUEUE, (double) counters.queue());
    return new LoadSample(now, values);
  }

  /** What is known, without numbers from before {@code since}. */
  synchronized Known known(ServerName server, Instant since) {
    Page page = pages.get(server);
    if (page == null) {
      return new Known(Optional.empty(), Optional.empty(), new TreeMap<>(), List.of());
    }
    SortedMap<String, Double> values = new TreeMap<>();
    page.latest.forEach(
        (name, latest) -> {
          if (!latest.at().isBefore(since)) {
            values.put(name, latest.value());
          }
        });
    return new Known(page.reported, page.seen, values, List.copyOf(page.history));
  }

  /** Servers with reports that are not in the catalog; they count as saved from now on. */
  synchronized Map<ServerName, Map<String, Latest>> takeUnsaved() {
    Map<ServerName, Map<String, Latest>> taken = new HashMap<>();
    for (ServerName server : unsaved) {
      Map<String, Latest> reported = new TreeMap<>(page(server).latest);
      reported.keySet().removeIf(name -> name.startsWith(LoadSample.TARGET_PREFIX));
      taken.put(server, reported);
    }
    unsaved.clear();
    return taken;
  }

  synchronized void forget(ServerName server) {
    pages.remove(server);
    unsaved.remove(server);
  }
}
