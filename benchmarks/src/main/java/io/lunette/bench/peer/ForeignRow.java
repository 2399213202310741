/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

/**
 * What load generators that are not ours say of the targets of one backing.
 *
 * @param backing what the targets' files lie on
 * @param generator its command, without the URL
 * @param perSecond commands a second of each target; a target that failed, or did not end in time,
 *     is not there
 */
record ForeignRow(String backing, String generator, Rounds perSecond) {}
