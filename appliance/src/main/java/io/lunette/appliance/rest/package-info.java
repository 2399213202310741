/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The HTTP API under {@code /api/v1}: on the home's local socket, and on TCP where asked for.
 *
 * <p>Start at {@link io.lunette.appliance.rest.ApiServer}. A route is a path and an {@link
 * io.lunette.appliance.rest.Endpoint}, which runs on a worker thread and may block; {@link
 * io.lunette.appliance.rest.ProblemMapping} is the only place that knows which domain error is
 * which status.
 */
package io.lunette.appliance.rest;
