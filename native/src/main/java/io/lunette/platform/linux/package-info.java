/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The bare Linux calls, through JNA: C names, C constants, no logic. Only {@code
 * io.lunette.blockio} and {@code io.lunette.libiscsi} call it; no type of JNA leaves that package.
 */
package io.lunette.platform.linux;
