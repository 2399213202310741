/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How busy servers are: what the target itself sees of them, and what they report. Start at {@link
 * io.lunette.core.load.ServerLoads}.
 */
package io.lunette.core.load;
