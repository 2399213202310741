/* SPDX-License-Identifier: Apache-2.0 */
/** What an operator sets, parsed and checked before anything starts. */
package io.lunette.appliance.config;
