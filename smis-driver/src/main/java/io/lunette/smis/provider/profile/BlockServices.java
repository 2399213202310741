/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import java.util.Set;

/**
 * What may be asked of pools and volumes, and the service that is asked: SMI-S profiles Block
 * Services and Thin Provisioning. There is one setting, which every volume has.
 */
final class BlockServices {

  private static final int UNLIMITED = 9;
  private static final int FIXED = 0;

  final Kind<Estate> service;

  BlockServices(
      Model model,
      ArraySystem array,
      StoragePools pools,
      StorageVolumes volumes,
      VolumeChanges changes) {
    this.service =
        array.service("LUNETTE_StorageConfigurationService", "StorageConfigurationService");
    Kind<Estate> setting =
        model.add(
            Kind.single(
                "LUNETTE_StorageSetting",
                estate -> Keys.instance("setting"),
                (estate, unused, instance) -> describeSetting(instance)));
    model.editor("LUNETTE_StorageSetting", new SettingEditor());
    model
        .associate("LUNETTE_ElementSettingData", "ManagedElement", "SettingData")
        .each(
            volumes.volumes,
            (estate, volume) ->
                new Link(volumes.volumes.path(estate, volume), setting.path(estate, estate)));
    Kind<Estate> storage =
        array.capabilities(
            "LUNETTE_StorageCapabilities",
            "storage",
            (estate, unused, instance) -> describeStorage(instance));
    Kind<Estate> configuration =
        array.capabilities(
            "LUNETTE_StorageConfigurationCapabilities",
            "storage-configuration",
            (estate, unused, instance) -> describeConfiguration(instance),
            service);
    model
        .associate("LUNETTE_ElementCapabilities", "ManagedElement", "Capabilities")
        .each(
            pools.pools,
            (estate, pool) ->
                new Link(pools.pools.path(estate, pool), storage.path(estate, estate)))
        .from(
            array.system,
            (estate, unused) ->
                java.util.stream.Stream.of(
                    new Link(pools.path(estate), configuration.path(estate, estate))));
    model.method(
        storage,
        "CreateSetting",
        call -> MethodResult.ok().with("NewSetting", setting.path(call.estate(), call.estate())));
    model.method(service, "CreateOrModifyElementFromStoragePool", changes::createOrModify);
    model.method(service, "ReturnToStoragePool", changes::returnOne);
    model.method(service, "ReturnElementsToStoragePool", changes::returnSeveral);
    model.editor(StorageVolumes.CLASS, changes);
  }

  private static void describeSetting(CimInstance instance) {
    instance
        .set("ElementName", "thin")
        .set("NoSinglePointOfFailure", false)
        .set("DataRedundancyMin", 1)
        .set("DataRedundancyMax", 1)
        .set("DataRedundancyGoal", 1)
        .set("PackageRedundancyMin", 0)
        .set("PackageRedundancyMax", 0)
        .set("PackageRedundancyGoal", 0)
        .set("DeltaReservationMin", 0)
        .set("DeltaReservationMax", 0)
        .set("DeltaReservationGoal", 0)
        .set("ChangeableType", FIXED)
        .set("ThinProvisionedPoolType", UNLIMITED)
        .set("ThinProvisionedInitialReserve", 0L);
  }

  private static void describeStorage(CimInstance instance) {
    instance
        .set("ElementType", 6)
        .set("NoSinglePointOfFailure", false)
        .set("NoSinglePointOfFailureDefault", false)
        .set("DataRedundancyMin", 1)
        .set("DataRedundancyMax", 1)
        .set("DataRedundancyDefault", 1)
        .set("PackageRedundancyMin", 0)
        .set("PackageRedundancyMax", 0)
        .set("PackageRedundancyDefault", 0)
        .set("DeltaReservationMin", 0)
        .set("DeltaReservationMax", 0)
        .set("DeltaReservationDefault", 0);
  }

  /** Value maps: digest of Block Services; 2 volume, 5 thin volume; 3 create, 5 modify, 12 grow. */
  private static void describeConfiguration(CimInstance instance) {
    instance
        .numbers("SupportedStorageElementTypes", 2, 5)
        .numbers("SupportedStorageElementFeatures", 3, 5, 8, 12, 13)
        .numbers("SupportedStoragePoolFeatures")
        .numbers("SupportedSynchronousActions", 5, 6, 7, 9)
        .numbers("SupportedAsynchronousActions", 8)
        .numbers("SupportedCopyTypes", 4, 5)
        .numbers("SupportedStorageElementUsage", 2);
  }

  /** Clients set goals on a setting that they had made for them; those that hold anyhow will do. */
  private static final class SettingEditor implements Editor {

    @Override
    public void modify(
        Actor actor, Estate estate, ObjectPath path, CimInstance wanted, Set<String> properties) {
      CimInstance there = new CimInstance(path.namespace(), path.className());
      describeSetting(there);
      for (String property : properties) {
        if (!there.text(property).equals(wanted.text(property))
            && !property.equalsIgnoreCase("ElementName")
            && !property.equalsIgnoreCase("InstanceID")) {
          throw new CimException(
              CimStatus.INVALID_PARAMETER,
              "the array has "
                  + property
                  + " "
                  + there.text(property)
                  + " alone, not "
                  + wanted.text(property));
        }
      }
    }
  }
}
