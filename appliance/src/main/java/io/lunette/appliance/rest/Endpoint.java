/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

/** What a route does. Runs on a worker thread and may block. */
@FunctionalInterface
interface Endpoint {

  /**
   * Answers one call. What it throws becomes a problem by {@link ProblemMapping}.
   *
   * @throws Exception any domain error
   */
  Reply handle(Call call) throws Exception;
}
