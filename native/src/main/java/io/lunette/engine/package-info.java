/* SPDX-License-Identifier: Apache-2.0 */
/** The thin copy-on-write volume engine: a pool on one file or raw device, and its volumes. */
package io.lunette.engine;
