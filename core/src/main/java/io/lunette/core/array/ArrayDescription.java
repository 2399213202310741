/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import java.util.List;

/**
 * What an array says of itself, and how Lunette drives it for that.
 *
 * @param system Name of the array's top-level computer system
 * @param label its ElementName
 * @param namespace where its objects live
 * @param profiles registered profiles with their versions
 * @param pools its pools
 * @param copies by which service volumes are copied
 * @param masking by which service volumes are masked
 * @param erasure methods of its erasure service; none if it has none
 * @param targets iSCSI targets with their portals
 * @param indications whether the ends of jobs are told by indications, or polled for
 */
public record ArrayDescription(
    String system,
    String label,
    String namespace,
    List<String> profiles,
    List<Pool> pools,
    String copies,
    String masking,
    List<String> erasure,
    List<String> targets,
    boolean indications) {

  /**
   * A pool of the array.
   *
   * @param id its InstanceID
   * @param label its ElementName
   * @param totalBytes what it manages
   * @param remainingBytes what of that is left
   * @param used whether Lunette makes its volumes in it
   */
  public record Pool(String id, String label, long totalBytes, long remainingBytes, boolean used) {}
}
