/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.provider.model.Association;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Namespaces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds instances by class, by path and by association, superclasses counting. What a stream needs
 * is asked for before it is returned; it then makes one instance at a time. Stateless.
 */
final class Instances {

  private final Model model;
  private final Schema schema;

  Instances(Model model) {
    this.model = model;
    this.schema = model.schema();
  }

  /** What restricts an association (DSP0200 Associators): null where the client did not say. */
  record Filter(String assocClass, String resultClass, String role, String resultRole) {}

  /** All of a class and of those below it. */
  Stream<CimInstance> ofClass(Estate estate, String namespace, String className) {
    schema.get(className);
    List<Stream<CimInstance>> found = new ArrayList<>();
    for (Kind<?> kind : model.kinds()) {
      if (kind.namespace().equals(namespace) && schema.isA(kind.className(), className)) {
        found.add(kind.instances(estate));
      }
    }
    for (Association each : model.associations()) {
      if (isIn(each, namespace) && schema.isA(each.className(), className)) {
        found.add(each.links(estate).map(each::instance));
      }
    }
    return found.stream().flatMap(Function.identity());
  }

  /** Conformance crosses the namespaces, and shows in both. */
  private static boolean isIn(Association association, String namespace) {
    return association.namespace().equals(namespace)
        || association.namespace().equals(Namespaces.INTEROP)
            && association.className().endsWith("_ElementConformsToProfile");
  }

  /** The paths of all of a class and of those below it. */
  Stream<ObjectPath> pathsOfClass(Estate estate, String namespace, String className) {
    schema.get(className);
    List<Stream<ObjectPath>> found = new ArrayList<>();
    for (Kind<?> kind : model.kinds()) {
      if (kind.namespace().equals(namespace) && schema.isA(kind.className(), className)) {
        found.add(paths(kind, estate));
      }
    }
    for (Association each : model.associations()) {
      if (isIn(each, namespace) && schema.isA(each.className(), className)) {
        found.add(each.links(estate).map(link -> schema.pathOf(each.instance(link))));
      }
    }
    return found.stream().flatMap(Function.identity());
  }

  private static <T> Stream<ObjectPath> paths(Kind<T> kind, Estate estate) {
    return kind.all(estate).map(thing -> kind.path(estate, thing));
  }

  /**
   * The instance at a path, whose class may be any above the real one.
   *
   * @throws CimException INVALID_CLASS, NOT_FOUND
   */
  CimInstance get(Estate estate, ObjectPath path) {
    return find(estate, path)
        .orElseThrow(() -> new CimException(CimStatus.NOT_FOUND, "there is no " + path));
  }

  Optional<CimInstance> find(Estate estate, ObjectPath path) {
    String namespace = Namespaces.canonical(path.namespace());
    schema.get(path.className());
    for (Kind<?> kind : model.kinds()) {
      if (kind.namespace().equals(namespace) && schema.isA(kind.className(), path.className())) {
        Optional<CimInstance> found = kind.findInstance(estate, path.as(kind.className()));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    for (Association each : model.associations()) {
      if (isIn(each, namespace) && schema.isA(each.className(), path.className())) {
        Optional<CimInstance> found = findLink(estate, each, path.as(each.className()));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<CimInstance> findLink(Estate estate, Association association, ObjectPath path) {
    Object left = path.keys().get(association.leftRole());
    Object right = path.keys().get(association.rightRole());
    if (!(left instanceof ObjectPath first) || !(right instanceof ObjectPath second)) {
      return Optional.empty();
    }
    return association
        .links(estate, second)
        .filter(link -> link.left().equals(first))
        .map(association::instance)
        .filter(instance -> schema.pathOf(instance).equals(path))
        .findFirst();
  }

  /** The association instances that lead from an object. */
  Stream<CimInstance> references(Estate estate, ObjectPath source, Filter filter) {
    ObjectPath end = existing(estate, source);
    requireClasses(filter);
    return model.associations().stream()
        .filter(each -> matches(each.className(), filter.resultClass()))
        .flatMap(
            each ->
                each.links(estate, end)
                    .filter(link -> leadsFrom(each, link, end, filter.role()))
                    .map(each::instance));
  }

  private static boolean leadsFrom(
      Association association, Link link, ObjectPath end, String role) {
    boolean left = link.left().equals(end) && isRole(association.leftRole(), role);
    boolean right = link.right().equals(end) && isRole(association.rightRole(), role);
    return left || right;
  }

  /** The paths of the objects that are associated with one. */
  List<ObjectPath> associatorPaths(Estate estate, ObjectPath source, Filter filter) {
    ObjectPath end = existing(estate, source);
    requireClasses(filter);
    return model.associations().stream()
        .filter(each -> matches(each.className(), filter.assocClass()))
        .flatMap(each -> each.links(estate, end).flatMap(link -> others(each, link, end, filter)))
        .filter(path -> matches(path.className(), filter.resultClass()))
        .distinct()
        .toList();
  }

  private static Stream<ObjectPath> others(
      Association association, Link link, ObjectPath end, Filter filter) {
    boolean fromLeft =
        link.left().equals(end)
            && isRole(association.leftRole(), filter.role())
            && isRole(association.rightRole(), filter.resultRole());
    boolean fromRight =
        link.right().equals(end)
            && isRole(association.rightRole(), filter.role())
            && isRole(association.leftRole(), filter.resultRole());
    return Stream.concat(
        fromLeft ? Stream.of(link.right()) : Stream.empty(),
        fromRight ? Stream.of(link.left()) : Stream.empty());
  }

  /** The objects that are associated with one. */
  Stream<CimInstance> associators(Estate estate, ObjectPath source, Filter filter) {
    List<ObjectPath> paths = associatorPaths(estate, source, filter);
    Map<String, Integer> counts = new HashMap<>();
    paths.forEach(path -> counts.merge(path.className(), 1, Integer::sum));
    Map<String, Function<ObjectPath, Optional<CimInstance>>> resolvers = new HashMap<>();
    counts.forEach(
        (className, count) -> resolvers.put(className, resolver(estate, className, count)));
    return paths.stream()
        .map(path -> resolvers.get(path.className()).apply(path))
        .flatMap(Optional::stream);
  }

  private Function<ObjectPath, Optional<CimInstance>> resolver(
      Estate estate, String className, int count) {
    List<Function<ObjectPath, Optional<CimInstance>>> candidates = new ArrayList<>();
    for (Kind<?> kind : model.kinds()) {
      if (kind.className().equals(className)) {
        candidates.add(kind.resolver(estate, count));
      }
    }
    return path ->
        candidates.stream().map(each -> each.apply(path)).flatMap(Optional::stream).findFirst();
  }

  /** The path under which the model knows an object. */
  private ObjectPath existing(Estate estate, ObjectPath source) {
    return schema.pathOf(get(estate, source));
  }

  private void requireClasses(Filter filter) {
    if (filter.assocClass() != null) {
      schema.get(filter.assocClass());
    }
    if (filter.resultClass() != null) {
      schema.get(filter.resultClass());
    }
  }

  private boolean matches(String className, String wanted) {
    return wanted == null || schema.isA(className, wanted);
  }

  private static boolean isRole(String role, String wanted) {
    return wanted == null || role.equalsIgnoreCase(wanted);
  }
}
