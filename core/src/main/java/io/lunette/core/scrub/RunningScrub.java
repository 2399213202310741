/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.Job;

/** A scrub under way; {@code attempt} counts from 1. */
public record RunningScrub(ReplicaName replica, int attempt, Job.Progress progress) {}
