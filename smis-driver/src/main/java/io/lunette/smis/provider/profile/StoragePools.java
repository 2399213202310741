/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.volume.PoolSpace;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The pools: SMI-S profile Block Services. One concrete pool, which all volumes come from and which
 * takes all of the primordial one; it is thin, so what it promises has no limit.
 */
final class StoragePools {

  /** What a pool is. */
  enum Pool {
    PRIMORDIAL("primordial"),
    CONCRETE("pool");

    private final String id;

    Pool(String id) {
      this.id = id;
    }
  }

  private static final int LIMITLESS = 4;
  private static final int UNRESTRICTED = 2;
  private static final long SIZE_MAX = 1L << 60;

  /** Sizes of volumes are multiples of this. */
  static final long SIZE_STEP = 4096;

  final Kind<Pool> pools;

  StoragePools(Model model, ArraySystem array) {
    this.pools =
        model.add(
            Kind.of(
                "LUNETTE_StoragePool",
                (estate, pool) -> Keys.instance(pool.id),
                estate -> {
                  estate.space();
                  return Stream.of(Pool.values());
                },
                StoragePools::describe));
    model
        .associate("LUNETTE_HostedStoragePool", "GroupComponent", "PartComponent")
        .each(pools, (estate, pool) -> new Link(array.path(estate), pools.path(estate, pool)));
    model
        .associate("LUNETTE_AllocatedFromStoragePool", "Antecedent", "Dependent")
        .from(
            array.system,
            (estate, unused) ->
                Stream.of(
                    new Link(
                        pools.path(estate, Pool.PRIMORDIAL),
                        path(estate),
                        Map.of("SpaceConsumed", estate.space().capacityBytes()))));
    model.method(pools, "GetSupportedSizeRange", StoragePools::sizeRange);
    model.method(pools, "GetSupportedSizes", call -> MethodResult.of(2));
  }

  /** The pool that volumes come from. */
  ObjectPath path(Estate estate) {
    return pools.path(estate, Pool.CONCRETE);
  }

  private static void describe(Estate estate, Pool pool, CimInstance instance) {
    PoolSpace space = estate.space();
    boolean concrete = pool == Pool.CONCRETE;
    instance
        .set("ElementName", pool.id)
        .set("Name", pool.id)
        .set("PoolID", pool.id)
        .set("Primordial", !concrete)
        .set("TotalManagedSpace", space.capacityBytes())
        .set("RemainingManagedSpace", concrete ? space.availableBytes() : 0L)
        .set("Usage", UNRESTRICTED)
        .numbers("ClientSettableUsage")
        .set("SpaceLimitDetermination", concrete ? (Object) LIMITLESS : null)
        .set("ThinProvisionMetaDataSpace", concrete ? (Object) space.metadataBytes() : null)
        .numbers("OperationalStatus", ArraySystem.OK)
        .set("HealthState", ArraySystem.HEALTHY);
  }

  /** ElementType here is a map of its own: 3 is a volume, 5 a thin one (SMI-S Block Services). */
  private static MethodResult sizeRange(MethodCall call) {
    long type = call.number("ElementType").orElse(3);
    boolean concrete = call.target().key("InstanceID").endsWith(Pool.CONCRETE.id);
    if (!concrete || (type != 3 && type != 5)) {
      return MethodResult.of(3);
    }
    return MethodResult.ok()
        .with("MinimumVolumeSize", SIZE_STEP)
        .with("MaximumVolumeSize", SIZE_MAX)
        .with("VolumeSizeDivisor", SIZE_STEP);
  }
}
