/* SPDX-License-Identifier: Apache-2.0 */
/** Servers and their initiators. CHAP secrets are kept in the catalog and never shown or logged. */
package io.lunette.core.server;
