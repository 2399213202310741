/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import java.time.Duration;

/**
 * What a client may take of the server.
 *
 * @param bodyBytes of one request
 * @param bodyTime until a request has arrived as a whole
 * @param idle how long a connection may be silent, and how long a client may not read its answer
 * @param connections at one time
 * @param requests at one time; more are told to come back
 * @param threads that carry requests out
 * @param failures of authentication by one address within a minute, before it is told to wait
 */
public record HttpBounds(
    int bodyBytes,
    Duration bodyTime,
    Duration idle,
    int connections,
    int requests,
    int threads,
    int failures) {

  public static final HttpBounds DEFAULT =
      new HttpBounds(1 << 20, Duration.ofSeconds(30), Duration.ofSeconds(60), 256, 64, 8, 20);
}
