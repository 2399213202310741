/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Looks at a pool that is not in use, and changes nothing: {@link
 * io.lunette.engine.check.PoolCheck} says whether everything in it agrees, {@link
 * io.lunette.engine.check.PoolDump} shows it.
 *
 * <p>Nothing here is shared with the engine but the codecs of the format, so that a mistake of the
 * engine's own book-keeping is not repeated where it should be found.
 */
package io.lunette.engine.check;
