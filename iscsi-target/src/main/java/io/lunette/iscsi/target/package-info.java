/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The target as an appliance embeds it: portals, target node, LUN map, authentication, status.
 *
 * <p>Start at {@link io.lunette.iscsi.target.IscsiTarget}. This package wires the others; only it
 * is meant for callers outside the module.
 */
package io.lunette.iscsi.target;
