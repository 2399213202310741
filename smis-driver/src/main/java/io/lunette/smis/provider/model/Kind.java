/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The instances of one class: how they are listed, found and told of. Immutable; the functions run
 * on any thread.
 *
 * @param <T> what there is an instance for each of
 */
public final class Kind<T> {

  private static final int FEW = 4;

  /** Tells what a thing's properties are. */
  @FunctionalInterface
  public interface Description<T> {
    void describe(Estate estate, T thing, CimInstance instance);
  }

  private final String namespace;
  private final String className;
  private final BiFunction<Estate, T, Map<String, String>> keys;
  private final Function<Estate, Stream<T>> all;
  private final BiFunction<Estate, ObjectPath, Optional<T>> finder;
  private final Description<T> description;

  private Kind(
      String namespace,
      String className,
      BiFunction<Estate, T, Map<String, String>> keys,
      Function<Estate, Stream<T>> all,
      BiFunction<Estate, ObjectPath, Optional<T>> finder,
      Description<T> description) {
    this.namespace = namespace;
    this.className = className;
    this.keys = keys;
    this.all = all;
    this.finder = finder;
    this.description = description;
  }

  /**
   * A class of the array.
   *
   * @param keys the key bindings of a thing
   * @param all every thing there is, prepared when it returns, so that the stream itself asks for
   *     nothing
   * @param description what else is known of one
   */
  public static <T> Kind<T> of(
      String className,
      BiFunction<Estate, T, Map<String, String>> keys,
      Function<Estate, Stream<T>> all,
      Description<T> description) {
    return new Kind<>(Namespaces.ARRAY, className, keys, all, null, description);
  }

  /** A class with exactly one instance. */
  public static Kind<Estate> single(
      String className,
      Function<Estate, Map<String, String>> keys,
      Description<Estate> description) {
    return of(className, (estate, unused) -> keys.apply(estate), Stream::of, description);
  }

  /** The same class in the interop namespace. */
  public Kind<T> inInterop() {
    return new Kind<>(Namespaces.INTEROP, className, keys, all, finder, description);
  }

  /** The same, with a way to find one without listing all; what it finds need not have the path. */
  public Kind<T> foundBy(BiFunction<Estate, ObjectPath, Optional<T>> quick) {
    return new Kind<>(namespace, className, keys, all, quick, description);
  }

  public String namespace() {
    return namespace;
  }

  public String className() {
    return className;
  }

  /** The path of a thing. */
  public ObjectPath path(Estate estate, T thing) {
    return ObjectPath.of(namespace, className, keys.apply(estate, thing));
  }

  /** The paths of all. */
  public List<ObjectPath> paths(Estate estate) {
    return all(estate).map(thing -> path(estate, thing)).toList();
  }

  /** Every thing there is. */
  public Stream<T> all(Estate estate) {
    return all.apply(estate);
  }

  /** The thing at a path of this class. */
  public Optional<T> find(Estate estate, ObjectPath path) {
    if (!path.className().equalsIgnoreCase(className)) {
      return Optional.empty();
    }
    Stream<T> candidates = finder == null ? all(estate) : finder.apply(estate, path).stream();
    return candidates.filter(thing -> path(estate, thing).equals(path)).findFirst();
  }

  /**
   * How the instances of many paths are found: one by one where that is quick, else by listing all
   * once.
   */
  public Function<ObjectPath, Optional<CimInstance>> resolver(Estate estate, int paths) {
    if (finder != null || paths <= FEW) {
      return path -> findInstance(estate, path);
    }
    Map<ObjectPath, T> index = new HashMap<>();
    all(estate).forEach(thing -> index.put(path(estate, thing), thing));
    return path -> Optional.ofNullable(index.get(path)).map(thing -> instance(estate, thing));
  }

  /** The whole instance. */
  public CimInstance instance(Estate estate, T thing) {
    CimInstance instance = new CimInstance(namespace, className);
    keys.apply(estate, thing).forEach(instance::set);
    description.describe(estate, thing, instance);
    return instance;
  }

  /** All instances, each made when it is asked for. */
  public Stream<CimInstance> instances(Estate estate) {
    return all(estate).map(thing -> instance(estate, thing));
  }

  /** The instance at a path of this class. */
  public Optional<CimInstance> findInstance(Estate estate, ObjectPath path) {
    return find(estate, path).map(thing -> instance(estate, thing));
  }
}
