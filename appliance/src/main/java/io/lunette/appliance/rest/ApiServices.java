/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.ImageExports;
import io.lunette.appliance.ImageImports;
import io.lunette.appliance.VolumeCopies;
import io.lunette.appliance.compose.ImageComposer;
import io.lunette.appliance.smis.SmisView;
import io.lunette.core.array.Arrays;
import io.lunette.core.power.ServerPower;
import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.smis.provider.account.Accounts;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the API offers to the outside.
 *
 * @param core the domain's services
 * @param power knows which ways there are to restart servers
 * @param driver volumes by hand, and space
 * @param arrays foreign arrays
 * @param imports images from files
 * @param exports images to files
 * @param composer images by recipes
 * @param copies volumes from and to files
 * @param jobs long operations that a caller may ask after
 * @param accounts who may use SMI-S
 * @param smis where it is served
 * @param status what the appliance says of itself
 */
public record ApiServices(
    ProvisioningCore core,
    ServerPower power,
    VolumeDriver driver,
    Arrays arrays,
    ImageImports imports,
    ImageExports exports,
    ImageComposer composer,
    VolumeCopies copies,
    JobRegistry jobs,
    Accounts accounts,
    Supplier<SmisView> smis,
    Supplier<Object> status) {

  List<RouteSet> areas() {
    OutsideChanges changes = new OutsideChanges(core.audit());
    return List.of(
        new StatusRoutes(status),
        new SpaceRoutes(core.space(), driver, changes),
        new JobRoutes(jobs),
        new ImageRoutes(core.images(), imports, exports, jobs, arrays, changes),
        new ComposeRoutes(composer, jobs),
        new PoolRoutes(core.pools()),
        new ReplicaRoutes(core.replicas()),
        new ServerRoutes(core.servers(), core.restarts(), power),
        new LoadRoutes(core.loads()),
        new MoveRoutes(core.moves(), core.rollouts()),
        new BalancerRoutes(core.balancer()),
        new TenantRoutes(core.tenants(), core.allocations()),
        new PersonalityRoutes(core.personalities()),
        new AllocationRoutes(core.allocations()),
        new ScrubRoutes(core.scrubs()),
        new CertificateRoutes(core.certificates()),
        new VolumeRoutes(
            driver,
            core.erasures(),
            core.mappings(),
            new VolumeGuard(),
            jobs,
            copies,
            arrays,
            changes),
        new ArrayRoutes(arrays),
        new SmisRoutes(accounts, smis),
        new AuditRoutes(core.audit()));
  }
}
