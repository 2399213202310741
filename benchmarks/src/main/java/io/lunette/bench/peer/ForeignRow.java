/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

/**
 * What a load generator that is not ours says of a target.
 *
 * @param backing what the target's file lies on
 * @param generator its command, without the URL
 * @param target which
 * @param perSecond commands a second; not a number where it failed or did not end in time
 */
record ForeignRow(String backing, String generator, String target, double perSecond) {}
