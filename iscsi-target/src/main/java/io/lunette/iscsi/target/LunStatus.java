/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import java.util.Optional;
import java.util.UUID;

/**
 * A mapping and what went through it since it was made.
 *
 * @param initiator who sees it; empty if every initiator does
 * @param lun under which number
 * @param identity which logical unit
 * @param mode how
 * @param reads commands that read blocks
 * @param readBytes bytes that they read
 * @param writes commands that changed blocks
 * @param writtenBytes bytes that they carried
 * @param failures commands that ended in CHECK CONDITION for a fault of the device
 */
public record LunStatus(
    Optional<InitiatorName> initiator,
    int lun,
    UUID identity,
    AccessMode mode,
    long reads,
    long readBytes,
    long writes,
    long writtenBytes,
    long failures) {}
