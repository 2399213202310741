/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.core.volume.VolumeInfo;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.indication.LifecycleEvent.Kind;
import io.lunette.smis.provider.model.Estate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Finds out what happened to volumes and jobs, whoever did it, by comparing the appliance with what
 * it was at the look before. The first look finds nothing. Used by one thread at a time.
 */
final class LifecycleWatch {

  /** Things by identity, with what of them counts as a change. */
  private static final class Shelf<T> {
    private final Function<T, Object> identity;
    private final Function<T, Object> state;
    private final BiFunction<Estate, T, CimInstance> teller;
    private Map<Object, T> before;
    private Estate estateBefore;

    Shelf(
        Function<T, Object> identity,
        Function<T, Object> state,
        BiFunction<Estate, T, CimInstance> teller) {
      this.identity = identity;
      this.state = state;
      this.teller = teller;
    }

    void look(Estate estate, List<T> things, List<LifecycleEvent> events) {
      Map<Object, T> now = new HashMap<>();
      things.forEach(thing -> now.put(identity.apply(thing), thing));
      if (before != null) {
        now.forEach((id, thing) -> compare(estate, before.get(id), thing, events));
        before.forEach(
            (id, thing) -> {
              if (!now.containsKey(id)) {
                events.add(
                    new LifecycleEvent(
                        Kind.DELETION, teller.apply(estateBefore, thing), Optional.empty()));
              }
            });
      }
      before = now;
      estateBefore = estate;
    }

    private void compare(Estate estate, T old, T thing, List<LifecycleEvent> events) {
      if (old == null) {
        events.add(
            new LifecycleEvent(Kind.CREATION, teller.apply(estate, thing), Optional.empty()));
      } else if (!state.apply(old).equals(state.apply(thing))) {
        events.add(
            new LifecycleEvent(
                Kind.MODIFICATION,
                teller.apply(estate, thing),
                Optional.of(teller.apply(estateBefore, old))));
      }
    }
  }

  private final Shelf<VolumeInfo> volumes;
  private final Shelf<JobBook.Entry> jobs;

  /** What volumes hold changes with every write and is no event. */
  LifecycleWatch(
      BiFunction<Estate, VolumeInfo, CimInstance> volumeTeller,
      BiFunction<Estate, JobBook.Entry, CimInstance> jobTeller) {
    this.volumes =
        new Shelf<>(
            VolumeInfo::uuid,
            volume -> List.of(volume.name(), volume.sizeBytes(), volume.state()),
            volumeTeller);
    this.jobs =
        new Shelf<>(JobBook.Entry::id, job -> List.of(job.state(), job.percent()), jobTeller);
  }

  /** What happened since the last look. */
  List<LifecycleEvent> look(Estate estate) {
    List<LifecycleEvent> events = new ArrayList<>();
    estate.labels();
    volumes.look(estate, estate.volumes(), events);
    jobs.look(estate, estate.jobs(), events);
    return events;
  }

  /** Forgets what was: the next look finds nothing. */
  void forget() {
    volumes.before = null;
    jobs.before = null;
  }
}
