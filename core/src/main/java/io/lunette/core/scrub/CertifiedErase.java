/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.volume.EraseReport;

/**
 * The erase of a volume by hand, and the proof of it.
 *
 * @param report what was done
 * @param certificate number of its certificate in the chain of the node
 */
public record CertifiedErase(EraseReport report, long certificate) {}
