/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The classes there are, found by name in whatever case. Immutable. */
public final class Schema {

  private final Map<String, ClassDefinition> classes = new LinkedHashMap<>();
  private final Map<String, List<ClassDefinition>> children = new HashMap<>();

  /** Of classes with superclasses before their subclasses. */
  Schema(List<ClassDefinition> all) {
    for (ClassDefinition each : all) {
      classes.put(folded(each.name()), each);
      each.superclass()
          .ifPresent(
              parent ->
                  children.computeIfAbsent(folded(parent), unused -> new ArrayList<>()).add(each));
    }
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** The class of that name. */
  public Optional<ClassDefinition> find(String name) {
    return Optional.ofNullable(classes.get(folded(name)));
  }

  /**
   * The class of that name.
   *
   * @throws CimException INVALID_CLASS
   */
  public ClassDefinition get(String name) {
    return find(name)
        .orElseThrow(() -> new CimException(CimStatus.INVALID_CLASS, "no class '" + name + "'"));
  }

  /** Whether a class is another or descends from it. */
  public boolean isA(String name, String ancestor) {
    Optional<ClassDefinition> at = find(name);
    while (at.isPresent()) {
      if (at.get().name().equalsIgnoreCase(ancestor)) {
        return true;
      }
      at = at.get().superclass().flatMap(this::find);
    }
    return false;
  }

  /** The direct subclasses of a class; of "" those without a superclass. */
  public List<ClassDefinition> childrenOf(String name) {
    if (name.isEmpty()) {
      return classes.values().stream().filter(each -> each.superclass().isEmpty()).toList();
    }
    return List.copyOf(children.getOrDefault(folded(name), List.of()));
  }

  /** All descendants of a class, parents first; of "" all classes. */
  public List<ClassDefinition> descendantsOf(String name) {
    List<ClassDefinition> found = new ArrayList<>();
    for (ClassDefinition child : childrenOf(name)) {
      found.add(child);
      found.addAll(descendantsOf(child.name()));
    }
    return found;
  }

  /**
   * The path of an instance: its keys as its class declares them.
   *
   * @throws IllegalStateException if a key is not set
   */
  public ObjectPath pathOf(CimInstance instance) {
    Map<String, Object> keys = new HashMap<>();
    for (PropertyDefinition property : get(instance.className()).properties()) {
      if (property.key()) {
        Object value = instance.get(property.name());
        if (value == null) {
          throw new IllegalStateException(
              "key " + property.name() + " of a " + instance.className() + " is not set");
        }
        keys.put(property.name(), value);
      }
    }
    return ObjectPath.of(instance.namespace(), instance.className(), keys);
  }
}
