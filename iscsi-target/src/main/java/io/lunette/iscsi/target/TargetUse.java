/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

/**
 * What a target holds on behalf of initiators at one time.
 *
 * @param connections connections that are open
 * @param logins of them, those that have not logged in
 * @param challenges CHAP challenges that are out
 * @param transferBytes data in buffers and unsent, to 16 KiB for each connection
 */
record TargetUse(int connections, int logins, int challenges, long transferBytes) {}
