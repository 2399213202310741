/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.audit.Actor;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;

/**
 * An erase that was asked for by hand and is not certified yet.
 *
 * @param volume of what
 * @param actor who asked for it
 * @param at when
 * @param request how
 */
record AskedErase(VolumeName volume, Actor actor, Instant at, EraseRequest request) {}
