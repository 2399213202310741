/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keys of volumes: the cipher, how a data key is wrapped, and where the keys that wrap are kept.
 *
 * <p>Start with {@link io.lunette.engine.key.KeyVault}. The engine alone uses the rest. Nothing
 * here writes to a pool.
 */
package io.lunette.engine.key;
