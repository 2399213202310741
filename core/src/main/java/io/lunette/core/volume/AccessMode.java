/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** How a volume is opened or mapped. */
public enum AccessMode {
  READ_WRITE,
  READ_ONLY
}
