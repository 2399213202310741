/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.image.ImageLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.NaaName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The volumes: SMI-S profiles Block Services and Thin Provisioning. A volume's DeviceID is what the
 * command line calls it; its Name is what an initiator reads from it (SPC-4, page 83h). Images and
 * replicas are volumes too, which clients may look at only.
 */
final class StorageVolumes {

  static final String CLASS = "LUNETTE_StorageVolume";

  private static final int NAA = 9;
  private static final int VPD83_TYPE3 = 2;
  private static final int READABLE = 1;
  private static final int READ_WRITE = 3;

  /** Values of Usage. */
  private static final int UNRESTRICTED = 2;

  private static final int REPLICA_SOURCE = 6;
  private static final int DELTA_TARGET = 12;

  /** Values of OperationalStatus besides OK. */
  private static final int ERROR = 6;

  private static final int STARTING = 8;
  private static final int IN_SERVICE = 11;
  private static final int MAJOR_FAILURE = 20;

  final Kind<VolumeInfo> volumes;

  StorageVolumes(Model model, ArraySystem array, StoragePools pools) {
    this.volumes =
        model.add(
            Kind.<VolumeInfo>of(
                    CLASS,
                    (estate, volume) -> Keys.device(estate, CLASS, volume.name().value()),
                    estate -> {
                      estate.labels();
                      return estate.volumes().stream();
                    },
                    StorageVolumes::describe)
                .foundBy(StorageVolumes::named));
    array.devices(volumes);
    model
        .associate("LUNETTE_AllocatedFromStoragePool", "Antecedent", "Dependent")
        .each(
            volumes,
            (estate, volume) ->
                new Link(
                    pools.path(estate),
                    volumes.path(estate, volume),
                    Map.of("SpaceConsumed", volume.allocatedBytes())));
  }

  ObjectPath path(Estate estate, VolumeName name) {
    return ObjectPath.of(volumes.namespace(), CLASS, Keys.device(estate, CLASS, name.value()));
  }

  private static Optional<VolumeInfo> named(Estate estate, ObjectPath path) {
    return volume(estate, path.key("DeviceID"));
  }

  /** The volume of that name, if it is one and there is one. */
  Optional<VolumeInfo> byName(Estate estate, String name) {
    return volume(estate, name);
  }

  private static Optional<VolumeInfo> volume(Estate estate, String name) {
    try {
      return estate.volume(new VolumeName(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void describe(Estate estate, VolumeInfo volume, CimInstance instance) {
    String name = NaaName.of(volume.uuid()).hex();
    boolean sealed = volume.state() == VolumeState.SEALED;
    long blocks = volume.sizeBytes() / volume.blockBytes();
    instance
        .set("ElementName", estate.label(volume))
        .set("Name", name)
        .set("NameFormat", NAA)
        .set("NameNamespace", VPD83_TYPE3)
        .set("OtherIdentifyingInfo", List.of(name, volume.uuid().toString()))
        .set("IdentifyingDescriptions", List.of("NAA;VPD83Type3", "UUID"))
        .set("BlockSize", volume.blockBytes())
        .set("NumberOfBlocks", blocks)
        .set("ConsumableBlocks", blocks)
        .set("Access", sealed ? READABLE : READ_WRITE)
        .set("Usage", usage(volume))
        .numbers("ClientSettableUsage")
        .set("ThinlyProvisioned", true)
        .set("Primordial", false)
        .set("NoSinglePointOfFailure", false)
        .set("IsBasedOnUnderlyingRedundancy", false)
        .set("SequentialAccess", false)
        .set("DataOrganization", 4)
        .set("DataRedundancy", 1)
        .set("PackageRedundancy", 0)
        .set("DeltaReservation", 0)
        .set("EnabledState", ArraySystem.ENABLED)
        .set("RequestedState", 12);
    describeState(volume.state(), instance);
  }

  private static void describeState(VolumeState state, CimInstance instance) {
    int status =
        switch (state) {
          case WRITABLE, SEALED -> ArraySystem.OK;
          case COPYING -> STARTING;
          case ERASING -> IN_SERVICE;
          case QUARANTINED -> ERROR;
        };
    instance
        .numbers("OperationalStatus", status)
        .set("StatusDescriptions", List.of(state.name()))
        .numbers("ExtentStatus", 2)
        .set("HealthState", status == ERROR ? MAJOR_FAILURE : ArraySystem.HEALTHY);
  }

  private static int usage(VolumeInfo volume) {
    String name = volume.name().value();
    if (name.startsWith(ImageLedger.VOLUME_PREFIX)) {
      return REPLICA_SOURCE;
    }
    boolean delta = volume.origin().isPresent() || name.startsWith(ReplicaName.VOLUME_PREFIX);
    return delta ? DELTA_TARGET : UNRESTRICTED;
  }
}
