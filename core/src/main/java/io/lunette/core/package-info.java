/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The domain of Lunette: golden images become ready replicas, servers get them and give them back,
 * and what a tenant wrote is erased before anything is used again.
 *
 * <p>Start at {@link io.lunette.core.provisioning.ProvisioningCore}: it is built from a catalog, a
 * {@link io.lunette.core.volume.VolumeDriver} and a {@link io.lunette.core.volume.LunMasking},
 * reconciles the three when it starts, and hands out these services, all thread-safe, all blocking
 * on the catalog and some on the driver (so not for an event loop). They are obtained from there
 * and not implemented elsewhere.
 *
 * <table>
 * <caption>Services</caption>
 * <tr><th>service</th><th>what it does</th></tr>
 * <tr><td>{@link io.lunette.core.image.Images}</td>
 *     <td>{@code importRaw} (a job), {@code list}, {@code find}, {@code get}, {@code delete}</td></tr>
 * <tr><td>{@link io.lunette.core.pool.Pools}</td>
 *     <td>{@code set} a pool's marks and scrub policy, {@code list}, {@code get}</td></tr>
 * <tr><td>{@link io.lunette.core.replica.Replicas}</td>
 *     <td>{@code list}, {@code find}, {@code history} of states</td></tr>
 * <tr><td>{@link io.lunette.core.server.Servers}</td>
 *     <td>{@code add}, {@code list}, {@code find}, {@code get}, {@code remove}</td></tr>
 * <tr><td>{@link io.lunette.core.tenant.Tenants}</td>
 *     <td>{@code create}, {@code list}, {@code find}; others create a tenant when they first name it</td></tr>
 * <tr><td>{@link io.lunette.core.allocation.Allocations}</td>
 *     <td>{@code allocate} and {@code release} (sealed outcomes), {@code list}, {@code find}</td></tr>
 * <tr><td>{@link io.lunette.core.scrub.Scrubs}</td>
 *     <td>{@code status}, {@code run} now, {@code certificate} of a replica's last scrub, {@code
 *     records}, {@code retry} of a quarantined one</td></tr>
 * <tr><td>{@link io.lunette.core.mapping.ManualMappings}</td>
 *     <td>volumes mapped by hand, which a restart restores: {@code map}, {@code unmap}, {@code
 *     list}</td></tr>
 * <tr><td>{@link io.lunette.core.audit.AuditTrail}</td><td>{@code list}, newest first</td></tr>
 * </table>
 *
 * <p>What a caller must tell apart is a sealed outcome; all other trouble is a {@link
 * io.lunette.core.DomainException} with a kind and one line for the user. Every change names its
 * {@link io.lunette.core.audit.Actor}.
 */
package io.lunette.core;
