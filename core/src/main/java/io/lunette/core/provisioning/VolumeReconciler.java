/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLuns;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageState;
import io.lunette.core.image.ImageVolumes;
import io.lunette.core.image.SharedPortion;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.ReplicaVolume;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares the catalog with the volumes of the driver. Where the two differ, the safe side wins: a
 * volume that the catalog has given up is deleted, one that it never knew is left alone and
 * reported, a replica without a volume has failed, and one whose volume was used, erased or made
 * anew without the catalog's knowing waits for an operator. Volumes with other names belong to
 * operators. Used by one thread.
 */
final class VolumeReconciler {

  private static final String NOTHING_TO_DO = "nothing is left to do";

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final LunMasking masking;
  private final ImageLedger images;
  private final ImageVolumes imageVolumes;
  private final ReplicaLedger replicas;
  private final AllocationLuns units;
  private final ForgottenPast past;
  private final ReplicaWithdrawal withdrawal;

  VolumeReconciler(
      Catalog catalog,
      VolumeDriver driver,
      LunMasking masking,
      ImageLedger images,
      ImageVolumes imageVolumes,
      ReplicaLedger replicas,
      AllocationLuns units,
      ForgottenPast past,
      ReplicaWithdrawal withdrawal) {
    this.catalog = catalog;
    this.driver = driver;
    this.masking = masking;
    this.images = images;
    this.imageVolumes = imageVolumes;
    this.replicas = replicas;
    this.units = units;
    this.past = past;
    this.withdrawal = withdrawal;
  }

  void run(Differences differences) throws DomainException {
    try {
      Set<VolumeName> known = new HashSet<>();
      deleteImages(known, differences);
      Map<VolumeName, VolumeInfo> volumes =
          driver.list().stream().collect(Collectors.toMap(VolumeInfo::name, Function.identity()));
      checkImages(volumes, known, differences);
      checkReplicas(volumes, known, differences);
      known.addAll(catalog.read(units::volumes));
      checkUnknown(volumes.keySet(), known, differences);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private void deleteImages(Set<VolumeName> known, Differences differences) throws DomainException {
    List<Image> given = catalog.read(images::volumesToDelete);
    for (Image image : catalog.read(images::importing)) {
      catalog.change(
          transaction ->
              images.move(transaction, image.id(), ImageState.IMPORTING, ImageState.FAILED));
      differences.resolved(
          "image " + image.ref(),
          "its import was cut off",
          "what it had written " + delete(image, known) + "; import it again");
    }
    for (Image image : given) {
      differences.resolved(
          image.volume(),
          "the image was deleted, its volume was not",
          "the volume " + delete(image, known));
    }
  }

  /** What becomes of an image's volumes: what there is no space for now is left to the upkeep. */
  private String delete(Image image, Set<VolumeName> known) throws DomainException {
    try {
      imageVolumes.delete(image);
      return "was deleted";
    } catch (VolumeException e) {
      known.addAll(image.volumes());
      return deletedLater(e);
    }
  }

  private static String deletedLater(VolumeException e) {
    return "is deleted later: " + e.getMessage();
  }

  private void checkImages(
      Map<VolumeName, VolumeInfo> volumes, Set<VolumeName> known, Differences differences)
      throws DomainException {
    for (Image image : catalog.read(images::live)) {
      known.addAll(image.volumes());
      checkImage(image, volumes.get(image.volume()), image.sizeBytes(), differences);
      if (image.shared().isPresent()) {
        SharedPortion shared = image.shared().get();
        checkImage(image, volumes.get(shared.volume()), shared.sizeBytes(), differences);
      }
    }
  }

  private static void checkImage(
      Image image, VolumeInfo volume, long sizeBytes, Differences differences) {
    if (volume == null) {
      differences.unresolved(
          "image " + image.ref(),
          "its volume is missing",
          "no replica can be made of it: open the pool that has it, or delete the image");
    } else if (volume.state() != VolumeState.SEALED || volume.sizeBytes() != sizeBytes) {
      differences.unresolved(
          "image " + image.ref(),
          "its volume is " + volume.state() + " and has " + volume.sizeBytes() + " bytes",
          "it is not what was imported: delete the image and import it again");
    }
  }

  private void checkReplicas(
      Map<VolumeName, VolumeInfo> volumes, Set<VolumeName> known, Differences differences)
      throws DomainException, VolumeException {
    Set<VolumeName> shown =
        masking.mappings().stream()
            .filter(mapping -> mapping.mode() == AccessMode.READ_WRITE)
            .map(LunMapping::volume)
            .collect(Collectors.toSet());
    Map<ReplicaName, VolumeInfo> learnt = new HashMap<>();
    for (ReplicaState state : ReplicaState.values()) {
      if (state != ReplicaState.RETIRED) {
        List<Replica> all =
            catalog.read(transaction -> replicas.inState(transaction, state, Integer.MAX_VALUE));
        for (Replica replica : all) {
          known.add(replica.volume());
          VolumeInfo volume = volumes.get(replica.volume());
          int before = differences.count();
          check(replica, Optional.ofNullable(volume), shown, differences);
          if (differences.count() == before && volume != null && isNews(replica, volume)) {
            learnt.put(replica.name(), volume);
          }
        }
      }
    }
    learn(learnt);
  }

  /**
   * Whether the catalog does not know of a volume what it should: as one of before that was kept;
   * or of a ready replica that another erased, who may be given away from now on.
   */
  private static boolean isNews(Replica replica, VolumeInfo volume) {
    return switch (replica.state()) {
      case READY -> !replica.known().equals(Optional.of(ReplicaVolume.of(volume)));
      case ALLOCATED, RETURNED, SCRUBBING, QUARANTINED -> replica.known().isEmpty();
      case BUILDING, FAILED, RETIRED -> false;
    };
  }

  private void learn(Map<ReplicaName, VolumeInfo> volumes) throws DomainException {
    if (!volumes.isEmpty()) {
      catalog.change(
          transaction -> {
            replicas.standFor(transaction, volumes);
            return null;
          });
    }
  }

  private void check(
      Replica replica, Optional<VolumeInfo> volume, Set<VolumeName> shown, Differences differences)
      throws DomainException, VolumeException {
    if (volume.isPresent()) {
      boolean isShown = shown.contains(replica.volume());
      Optional<String> forgotten = past.of(replica, volume.get(), isShown);
      if (forgotten.isPresent()) {
        keep(replica, volume.get(), forgotten.get(), differences);
        return;
      }
    }
    Optional<VolumeState> state = volume.map(VolumeInfo::state);
    String subject = "replica " + replica.name();
    switch (replica.state()) {
      case BUILDING -> {
        if (state.isPresent()) {
          differences.resolved(subject, "its making was cut off", "it goes on");
        }
      }
      case READY -> {
        if (!state.equals(Optional.of(VolumeState.WRITABLE))) {
          withdrawal.fail(replica, "its volume is " + describe(state));
          differences.resolved(
              subject,
              "it was ready, its volume is " + describe(state),
              "it is FAILED and out of use; the pool makes another");
        }
      }
      case ALLOCATED -> {
        if (state.isEmpty()) {
          withdrawal.fail(replica, "its volume is missing");
          differences.unresolved(
              subject,
              "its volume is missing",
              "it is FAILED; allocate another to server " + replica.server().orElseThrow());
        } else if (state.get() != VolumeState.WRITABLE) {
          differences.unresolved(
              subject,
              "a server holds it, its volume is " + describe(state),
              "release it and allocate another");
        }
      }
      case RETURNED, SCRUBBING, QUARANTINED -> {
        if (state.isEmpty()) {
          withdrawal.fail(replica, "its volume is missing");
          differences.unresolved(
              subject,
              "its volume is missing",
              "it is FAILED and there is no certificate for it; " + NOTHING_TO_DO);
        } else if (state.get() == VolumeState.QUARANTINED
            && replica.state() != ReplicaState.QUARANTINED) {
          differences.unresolved(
              subject, "the driver has quarantined its volume", "its scrub is tried again");
        }
      }
      case FAILED, RETIRED -> {}
    }
  }

  /** Whoever is given it now would see what another has written, and its scrub destroy that. */
  private void keep(Replica replica, VolumeInfo volume, String forgotten, Differences differences)
      throws DomainException {
    String found =
        (replica.state() == ReplicaState.ALLOCATED
                ? "server " + replica.server().orElseThrow() + " holds it"
                : "it was " + replica.state())
            + " by this catalog, its volume "
            + forgotten;
    withdrawal.quarantine(replica, volume, found);
    differences.unresolved(
        "replica " + replica.name(),
        found + ": a newer catalog or pool may tell whose it is",
        "it is QUARANTINED and shown to nobody: start with that catalog, or with that pool and a"
            + " catalog of before this start, or have it erased by 'scrub retry "
            + replica.name()
            + "'");
  }

  private static String describe(Optional<VolumeState> state) {
    return state.map(Enum::name).orElse("missing");
  }

  /** Volumes with our names that belong to nothing alive in the catalog. */
  private void checkUnknown(Set<VolumeName> volumes, Set<VolumeName> known, Differences differences)
      throws DomainException, VolumeException {
    for (VolumeName volume : volumes) {
      String name = volume.value();
      if (known.contains(volume)) {
        continue;
      }
      if (name.startsWith(ReplicaName.VOLUME_PREFIX)) {
        settleReplicaVolume(volume, differences);
      } else if (name.startsWith(ImageLedger.VOLUME_PREFIX)
          || name.startsWith(PersonalityFacts.VOLUME_PREFIX)) {
        reportUnknown(volume, differences);
      }
    }
  }

  private void settleReplicaVolume(VolumeName volume, Differences differences)
      throws DomainException, VolumeException {
    String text = volume.value().substring(ReplicaName.VOLUME_PREFIX.length());
    Optional<ReplicaName> name = ReplicaName.parse(text);
    boolean retired =
        name.isPresent()
            && catalog.read(transaction -> replicas.find(transaction, name.get())).isPresent();
    if (retired) {
      differences.resolved(
          volume, "its replica was retired", "the volume " + delete(name.get(), volume));
      return;
    }
    if (name.isPresent() && name.get().number().isPresent()) {
      catalog.change(
          transaction -> {
            replicas.skipNumbersTo(transaction, name.get().number().getAsLong());
            return null;
          });
    }
    reportUnknown(volume, differences);
  }

  private String delete(ReplicaName replica, VolumeName volume) throws DomainException {
    try {
      driver.delete(volume);
      catalog.change(
          transaction -> {
            replicas.markVolumesGone(transaction, List.of(replica));
            return null;
          });
      return "was deleted";
    } catch (VolumeException e) {
      catalog.change(
          transaction -> {
            replicas.markVolumesThere(transaction, List.of(replica));
            return null;
          });
      return deletedLater(e);
    }
  }

  private static void reportUnknown(VolumeName volume, Differences differences) {
    differences.unresolved(
        volume,
        "this catalog does not know it",
        "it is left alone: start with the catalog that it belongs to, or delete the volume");
  }
}
