/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeName;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What is known of one allocation.
 *
 * @param instance which time: cloud-init begins anew when this changes
 */
public record PersonalityFacts(
    UUID instance,
    ServerName server,
    InitiatorName initiator,
    TenantName tenant,
    ImageName image,
    int imageVersion,
    ReplicaName replica) {

  /** What the names of config volumes begin with. */
  public static final String VOLUME_PREFIX = "personality-";

  /** The config volume of this allocation. */
  public VolumeName volume() {
    return new VolumeName(VOLUME_PREFIX + instance);
  }

  /** The value of a variable of templates. */
  Optional<String> value(String name, Map<String, String> meta) {
    if (name.startsWith(TextTemplate.META)) {
      return Optional.ofNullable(meta.get(name.substring(TextTemplate.META.length())));
    }
    return Optional.of(
        switch (name) {
          case "instance-id" -> instance.toString();
          case "server" -> server.value();
          case "tenant" -> tenant.value();
          case "image" -> image.value();
          case "image-version" -> Integer.toString(imageVersion);
          case "replica" -> replica.value();
          case "initiator" -> initiator.value();
          default -> throw new IllegalArgumentException("there is no variable '" + name + "'");
        });
  }
}
