/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Any SMI-S array as a {@link io.lunette.core.volume.VolumeDriver} and a {@link
 * io.lunette.core.volume.LunMasking}.
 *
 * <p>Start at {@link io.lunette.smis.client.SmisConnector}, which makes a {@code SmisArray} of a
 * registration. From the wire upwards: {@code GuardedSocket} (TLS, bounds), {@code CimSession} (the
 * operations of DSP0200 by the WBEM client library, whose types stay in this package), {@code
 * MethodCalls} (return codes and jobs), {@code Discovery} (what the array has), then one class for
 * each service of the standard. What must survive a restart is in the catalog.
 */
package io.lunette.smis.client;
