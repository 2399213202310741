/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Connections and sessions (RFC 7143): one event loop owns a connection from its login to its end.
 *
 * <p>Start at {@link io.lunette.iscsi.session.IscsiConnection}, which hands PDUs to the phase the
 * connection is in: {@code LoginPhase}, then {@code FullFeaturePhase}. Commands go through {@code
 * CommandWindow} (order and flow control), {@code TaskSet} (data transfer, execution, aborts) and
 * {@code ScsiResponder} (Data-In and status).
 */
package io.lunette.iscsi.session;
