/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Scrubbing: a returned replica becomes READY only through an erase that the driver reports as
 * verified. Start at {@link io.lunette.core.scrub.Scrubs}.
 */
package io.lunette.core.scrub;
