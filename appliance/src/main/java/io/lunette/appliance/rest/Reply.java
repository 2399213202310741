/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

/**
 * What an endpoint answers.
 *
 * @param status HTTP status
 * @param body written as JSON; null for none
 * @param next path and query of the page behind a list that goes on; null for none
 */
record Reply(int status, Object body, String next) {

  Reply(int status, Object body) {
    this(status, body, null);
  }

  /** The same, which goes on at another path. */
  Reply withNext(String uri) {
    return new Reply(status, body, uri);
  }

  static Reply ok(Object body) {
    return new Reply(200, body);
  }

  static Reply created(Object body) {
    return new Reply(201, body);
  }

  /** The work goes on in a job. */
  static Reply accepted(Object body) {
    return new Reply(202, body);
  }

  static Reply nothing() {
    return new Reply(204, null);
  }
}
