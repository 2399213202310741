/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.image.ImageName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The returned replicas of one image.
 *
 * @param image of which
 * @param returned how many wait
 * @param scrubbing how many are being scrubbed
 * @param quarantined how many were given up
 * @param oldestReturned since when the oldest waits
 * @param threshold how many start a scrub
 * @param age how long one may wait
 */
public record ReturnedPool(
    ImageName image,
    int returned,
    int scrubbing,
    int quarantined,
    Optional<Instant> oldestReturned,
    int threshold,
    Duration age) {}
