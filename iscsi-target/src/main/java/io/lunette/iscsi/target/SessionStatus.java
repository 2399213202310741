/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.time.Instant;

/**
 * A normal session as it is now.
 *
 * @param initiator who logged in
 * @param isid initiator part of the session's identity, twelve hexadecimal digits
 * @param tsih target part of it
 * @param peer address of the connection
 * @param since end of the login
 * @param commands commands received so far
 * @param outstanding commands received and not answered yet
 */
public record SessionStatus(
    InitiatorName initiator,
    String isid,
    int tsih,
    InetSocketAddress peer,
    Instant since,
    long commands,
    int outstanding) {}
