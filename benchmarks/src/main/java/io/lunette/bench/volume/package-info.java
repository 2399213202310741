/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the engine adds to the I/O of its backing file, and what a copy-on-write adds to a write.
 */
package io.lunette.bench.volume;
