/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.DriverCapabilities;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The long operations on an array: copies, erases, and what is taken up at a start. Thread-safe.
 */
final class VolumeJobs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeJobs.class);

  private final ArrayServices array;
  private final VolumeBooks books;
  private final NameLocks locks;
  private final VolumeOrders orders;
  private final VolumeEraser eraser;
  private final Executor workers;
  private final Map<UUID, ArrayJob<VolumeInfo>> copies = new ConcurrentHashMap<>();
  private final Map<UUID, ArrayJob<EraseReport>> erases = new ConcurrentHashMap<>();
  private final Phaser underWay = new Phaser(1);

  VolumeJobs(
      ArrayServices array,
      VolumeBooks books,
      NameLocks locks,
      VolumeOrders orders,
      VolumeEraser eraser,
      Executor workers) {
    this.array = array;
    this.books = books;
    this.locks = locks;
    this.orders = orders;
    this.eraser = eraser;
    this.workers = workers;
  }

  /** What an array can do for a driver. */
  static DriverCapabilities capabilities(ArrayServices array) {
    CopyServices copies = array.copies();
    EnumSet<CloneKind> kinds = EnumSet.noneOf(CloneKind.class);
    if (copies.clones() || copies.snapshots()) {
      kinds.add(CloneKind.DEPENDENT);
    }
    if (copies.clones()) {
      kinds.add(CloneKind.INDEPENDENT);
    }
    return new DriverCapabilities(
        kinds,
        false,
        EnumSet.of(EraseMethod.ZERO_FILL, EraseMethod.OVERWRITE, EraseMethod.WRITE_ZEROES_OFFLOAD),
        copies.clones() || copies.snapshots(),
        array.blocks().expands(),
        array.blocks().shrinks(),
        Set.of(VolumeInfo.DEFAULT_BLOCK_BYTES));
  }

  private void start(Runnable task) {
    underWay.register();
    workers.execute(
        () -> {
          try {
            task.run();
          } finally {
            underWay.arriveAndDeregister();
          }
        });
  }

  /** How a volume looks to users. */
  interface View {
    VolumeInfo of(ArrayVolume volume) throws VolumeException;
  }

  Job<VolumeInfo> copy(ArrayVolume origin, VolumeName name, View view) throws VolumeException {
    return locks.under(
        name,
        () -> {
          Optional<ArrayVolume> there = books.find(name);
          boolean joins =
              there.isPresent()
                  && there.get().kind() == ArrayVolumeKind.COPY
                  && there.get().originId().equals(Optional.of(origin.id()));
          if (joins && copies.containsKey(there.get().id())) {
            return copies.get(there.get().id());
          }
          boolean taken =
              there.isPresent() && there.get().state() != ArrayVolumeState.PLANNED && !joins;
          if (taken) {
            throw new VolumeException(
                VolumeException.Kind.CONFLICT,
                "array '" + array.name() + "': the name '" + name + "' is taken");
          }
          ArrayVolume begun =
              joins
                  ? there.get()
                  : ArrayVolume.planned(UUID.randomUUID(), books.array(), name)
                      .from(origin, ArrayVolumeKind.COPY, ArrayVolumeState.COPYING);
          if (!joins) {
            there.ifPresent(each -> LOG.debug("volume '{}' was planned", each.called()));
            orders.plan(begun, there);
          }
          return startCopy(begun, Optional.of(origin), !joins, view);
        });
  }

  private Job<VolumeInfo> startCopy(
      ArrayVolume volume, Optional<ArrayVolume> origin, boolean fresh, View view) {
    ArrayJob<VolumeInfo> job =
        new ArrayJob<>(
            volume.sizeBytes(),
            running -> {
              try {
                orders.copy(volume, origin, fresh, running);
                return view.of(books.get(volume.id()));
              } finally {
                copies.remove(volume.id());
              }
            });
    copies.put(volume.id(), job);
    start(job);
    return job;
  }

  Optional<Job<EraseReport>> erasing(ArrayVolume volume) {
    return Optional.ofNullable(erases.get(volume.id()));
  }

  Job<EraseReport> erase(ArrayVolume volume, EraseRequest request) throws VolumeException {
    if (volume.state() != ArrayVolumeState.ERASING
        && volume.state() != ArrayVolumeState.REPLACING) {
      books.move(volume, volume.state(), ArrayVolumeState.ERASING);
    }
    ArrayVolume begun = books.get(volume.id());
    ArrayJob<EraseReport> job =
        new ArrayJob<>(
            Math.multiplyExact(begun.sizeBytes(), request.passes().count() + 2L),
            running -> {
              try {
                return eraser.run(begun, request, running, id -> erases.put(id, running));
              } finally {
                erases.values().removeIf(each -> each == running);
              }
            });
    erases.put(begun.id(), job);
    start(job);
    return job;
  }

  /** Ends a copy of a volume that is to go. */
  void cancel(ArrayVolume volume) {
    ArrayJob<VolumeInfo> copy = copies.get(volume.id());
    if (copy != null) {
      copy.cancel();
    }
  }

  /** Goes on with what a former process was doing; an erase waits until it is asked for again. */
  void resume(List<ArrayVolume> volumes) {
    for (ArrayVolume volume : volumes) {
      if (volume.state() == ArrayVolumeState.CREATING) {
        start(() -> resumeCreation(volume));
      } else if (volume.state() == ArrayVolumeState.COPYING) {
        startCopy(volume, Optional.empty(), false, each -> each.info(0).orElseThrow());
      }
    }
  }

  private void resumeCreation(ArrayVolume volume) {
    ArrayVolumeState next =
        volume.kind() == ArrayVolumeKind.SNAPSHOT
            ? ArrayVolumeState.SEALED
            : ArrayVolumeState.WRITABLE;
    try {
      Object unused =
          locks.under(
              volume.called(),
              () -> {
                Optional<ArrayVolume> now = books.find(volume.id());
                return now.isPresent()
                    && now.get().state() == ArrayVolumeState.CREATING
                    && orders.resume(now.get(), next, JobWatch.NONE);
              });
    } catch (VolumeException | CancellationException e) {
      LOG.warn(
          "array '{}': volume '{}' was not completed: {}",
          array.name(),
          volume.called(),
          e.getMessage());
    }
  }

  /** Lets what is under way end here, in a state from which it goes on. */
  void leave() {
    copies.values().forEach(ArrayJob::leave);
    erases.values().forEach(ArrayJob::leave);
  }

  /** The same, and waits for it. */
  @Override
  public void close() {
    leave();
    int phase = underWay.arrive();
    underWay.awaitAdvance(phase);
  }
}
