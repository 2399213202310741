/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * Space of the pool behind a driver, in bytes.
 *
 * @param capacityBytes all that can hold data or metadata
 * @param ownedBytes held by volumes
 * @param dirtyBytes given back, not yet erased
 * @param metadataBytes held by the driver's own records
 * @param cleanBytes free for new writes
 * @param virtualBytes sum of the sizes of all volumes
 */
public record PoolSpace(
    long capacityBytes,
    long ownedBytes,
    long dirtyBytes,
    long metadataBytes,
    long cleanBytes,
    long virtualBytes) {}
