/* SPDX-License-Identifier: Apache-2.0 */
/** The other end of the API: what the command line uses to reach a running appliance. */
package io.lunette.appliance.client;
