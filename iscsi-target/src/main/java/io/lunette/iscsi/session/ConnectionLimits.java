/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import java.time.Duration;

/**
 * Bounds on one connection.
 *
 * @param commandWindow commands that may be outstanding
 * @param transferBytes data buffers held at one time; further transfers wait
 * @param loginTime a connection that has not logged in by then is closed
 * @param silenceTime after so much silence the initiator is asked, and dropped after as much again
 */
public record ConnectionLimits(
    int commandWindow, int transferBytes, Duration loginTime, Duration silenceTime) {}
