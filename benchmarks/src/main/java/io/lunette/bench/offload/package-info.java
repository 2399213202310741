/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code lunette bench scsi-offload}: what any iSCSI target copies, zeroes and sanitizes by itself,
 * beside the same work done by an initiator. Start at {@link
 * io.lunette.bench.offload.OffloadBenchCommand}; an {@link io.lunette.bench.offload.Offload} is one
 * kind of work, an {@link io.lunette.bench.offload.OffloadUnit} what it is done on.
 *
 * <p>Everything on the wire is laid out here anew and sent by libiscsi, so that a target of ours is
 * not asked by its own code.
 */
package io.lunette.bench.offload;
