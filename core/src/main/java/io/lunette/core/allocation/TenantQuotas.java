/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.tenant.Tenant;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.tenant.Tenants;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What tenants have and whether they may have more. Servers are counted in the transaction that
 * hands one over, so two requests at one time cannot both take the last place. Space is measured
 * just before it, since the driver is not asked within a transaction: tenants write without asking,
 * and a bound of space is one on what they may be given next. Thread-safe.
 */
public final class TenantQuotas {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final Tenants tenants;
  private final AllocationLedger allocations;

  public TenantQuotas(
      Catalog catalog, VolumeDriver driver, Tenants tenants, AllocationLedger allocations) {
    this.catalog = catalog;
    this.driver = driver;
    this.tenants = tenants;
    this.allocations = allocations;
  }

  /** What each tenant has; one that has nothing is not there. */
  Map<TenantName, TenantUsage> usages() throws DomainException {
    List<HeldReplica> held = catalog.read(allocations::held);
    Map<VolumeName, Long> sizes = new HashMap<>();
    try {
      for (VolumeInfo volume : driver.list()) {
        sizes.put(volume.name(), volume.allocatedBytes());
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    Map<TenantName, TenantUsage> usages = new HashMap<>();
    for (HeldReplica each : held) {
      TenantUsage before = usages.getOrDefault(each.tenant(), TenantUsage.NONE);
      usages.put(each.tenant(), before.plus(sizes.getOrDefault(each.volume(), 0L)));
    }
    return usages;
  }

  /** What a tenant has. */
  TenantUsage usage(TenantName tenant) throws DomainException {
    TenantUsage usage = TenantUsage.NONE;
    try {
      for (ReplicaName replica :
          catalog.read(transaction -> allocations.replicasOf(transaction, tenant))) {
        Optional<VolumeInfo> volume = driver.find(replica.volume());
        usage = usage.plus(volume.map(VolumeInfo::allocatedBytes).orElse(0L));
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    return usage;
  }

  /** The space that a tenant has, if that is bounded. */
  OptionalLong boundedSpace(TenantName tenant) throws DomainException {
    boolean bounded =
        tenants.find(tenant).filter(each -> each.quota().spaceMaxBytes().isPresent()).isPresent();
    return bounded ? OptionalLong.of(usage(tenant).spaceBytes()) : OptionalLong.empty();
  }

  /**
   * Why a tenant may not have one more server.
   *
   * @param space what {@link #boundedSpace} said
   */
  Optional<AllocationOutcome> refusal(Transaction transaction, Tenant tenant, OptionalLong space)
      throws DomainException {
    if (tenant.quota().serversMax().isPresent()) {
      int servers = allocations.count(transaction, tenant.name());
      int most = tenant.quota().serversMax().getAsInt();
      if (servers >= most) {
        return Optional.of(
            new AllocationOutcome.QuotaReached(
                tenant.name(), AllocationOutcome.Quota.SERVERS, servers, most));
      }
    }
    if (tenant.quota().spaceMaxBytes().isPresent()) {
      long most = tenant.quota().spaceMaxBytes().getAsLong();
      if (space.orElse(0) >= most) {
        return Optional.of(
            new AllocationOutcome.QuotaReached(
                tenant.name(), AllocationOutcome.Quota.SPACE, space.orElse(0), most));
      }
    }
    return Optional.empty();
  }
}
