/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import java.util.Map;

/** The key bindings that classes have in common. Stateless. */
public final class Keys {

  /** The class of the array itself. */
  public static final String SYSTEM_CLASS = "LUNETTE_ComputerSystem";

  private static final String INSTANCE_PREFIX = "LUNETTE:";

  private Keys() {}

  /** Of a class whose key is an InstanceID, under the organization's prefix. */
  public static Map<String, String> instance(String id) {
    return Map.of("InstanceID", INSTANCE_PREFIX + id);
  }

  /** What {@link #instance} put behind the prefix; "" if it is not of that form. */
  public static String instanceOf(String instanceId) {
    return instanceId.startsWith(INSTANCE_PREFIX)
        ? instanceId.substring(INSTANCE_PREFIX.length())
        : "";
  }

  /** Of a logical device of the array. */
  public static Map<String, String> device(Estate estate, String className, String deviceId) {
    return scoped(estate, className, "DeviceID", deviceId);
  }

  /** Of a service or an access point of the array. */
  public static Map<String, String> named(Estate estate, String className, String name) {
    return scoped(estate, className, "Name", name);
  }

  private static Map<String, String> scoped(
      Estate estate, String className, String key, String value) {
    return Map.of(
        "SystemCreationClassName",
        SYSTEM_CLASS,
        "SystemName",
        estate.systemName(),
        "CreationClassName",
        className,
        key,
        value);
  }
}
