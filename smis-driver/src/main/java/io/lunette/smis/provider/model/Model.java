/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.smis.cim.MethodDefinition;
import io.lunette.smis.cim.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All classes, associations and methods that there are. Declared at start by the profiles, then
 * only read.
 */
public final class Model {

  private final Schema schema;
  private final List<Kind<?>> kinds = new ArrayList<>();
  private final Map<String, Association> associations = new LinkedHashMap<>();
  private final Map<String, MethodCall.Handler> methods = new HashMap<>();
  private final Map<String, Editor> editors = new HashMap<>();

  public Model(Schema schema) {
    this.schema = schema;
  }

  public Schema schema() {
    return schema;
  }

  /** Declares a class. */
  public <T> Kind<T> add(Kind<T> kind) {
    schema.get(kind.className());
    kinds.add(kind);
    return kind;
  }

  /** The association of that class, declared with the first that asks; several add to it. */
  public Association associate(String className, String leftRole, String rightRole) {
    schema.get(className);
    return associations.computeIfAbsent(
        className, name -> new Association(name, leftRole, rightRole));
  }

  /** Says how a method of a class is carried out. */
  public void method(Kind<?> kind, String method, MethodCall.Handler handler) {
    if (schema.get(kind.className()).method(method).isEmpty()) {
      throw new IllegalStateException(kind.className() + " declares no " + method);
    }
    methods.put(key(kind.className(), method), handler);
  }

  /** Says how instances of a class are made, changed and deleted. */
  public void editor(String className, Editor editor) {
    schema.get(className);
    editors.put(className.toLowerCase(Locale.ROOT), editor);
  }

  private static String key(String className, String method) {
    return (className + "." + method).toLowerCase(Locale.ROOT);
  }

  public List<Kind<?>> kinds() {
    return List.copyOf(kinds);
  }

  public List<Association> associations() {
    return List.copyOf(associations.values());
  }

  public Optional<MethodCall.Handler> method(String className, String method) {
    return Optional.ofNullable(methods.get(key(className, method)));
  }

  /** The methods of a class that can be called, by name. */
  public List<String> methods(String className) {
    return schema.get(className).methods().stream()
        .map(MethodDefinition::name)
        .filter(name -> method(className, name).isPresent())
        .sorted()
        .toList();
  }

  public Optional<Editor> editor(String className) {
    return Optional.ofNullable(editors.get(className.toLowerCase(Locale.ROOT)));
  }
}
