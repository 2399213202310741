/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Login (RFC 7143 §6): stages, key negotiation, CHAP. {@link io.lunette.iscsi.login.Login} is the
 * state machine; it needs no socket.
 */
package io.lunette.iscsi.login;
