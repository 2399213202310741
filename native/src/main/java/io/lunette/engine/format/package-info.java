/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What lies on the device, byte by byte: layouts and their codecs, and nothing else.
 *
 * <p>docs/on-disk-format.md is the prose for it; start there. Nothing outside this package knows an
 * offset. All numbers are little-endian.
 */
package io.lunette.engine.format;
