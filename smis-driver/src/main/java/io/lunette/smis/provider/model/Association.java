/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * An association: its class, its two roles, and the links it is made of, which come from one or
 * several kinds of thing. Built once, then only read; the functions run on any thread.
 */
public final class Association {

  private record Source<T>(Kind<T> kind, boolean quick, BiFunction<Estate, T, Stream<Link>> links) {

    Stream<Link> all(Estate estate) {
      return kind.all(estate).flatMap(thing -> links.apply(estate, thing));
    }

    Stream<Link> touching(Estate estate, ObjectPath end) {
      if (quick && end.className().equalsIgnoreCase(kind.className())) {
        Optional<T> thing = kind.find(estate, end);
        return thing.stream()
            .flatMap(each -> links.apply(estate, each))
            .filter(link -> link.touches(end));
      }
      return all(estate).filter(link -> link.touches(end));
    }
  }

  private final String className;
  private final String leftRole;
  private final String rightRole;
  private final List<Source<?>> sources = new ArrayList<>();
  private String namespace = Namespaces.ARRAY;
  private BiFunction<Estate, ObjectPath, Stream<Link>> narrow;

  public Association(String className, String leftRole, String rightRole) {
    this.className = className;
    this.leftRole = leftRole;
    this.rightRole = rightRole;
  }

  /** Adds a link for each thing of a kind, at one end of which, and only one, the thing is. */
  public <T> Association each(Kind<T> kind, BiFunction<Estate, T, Link> link) {
    sources.add(new Source<>(kind, true, (estate, thing) -> Stream.of(link.apply(estate, thing))));
    return this;
  }

  /** Adds any number of links for each thing of a kind; they need not lead to the thing. */
  public <T> Association from(Kind<T> kind, BiFunction<Estate, T, Stream<Link>> links) {
    sources.add(new Source<>(kind, false, links));
    return this;
  }

  /** Adds any number of links for each thing of a kind, at one end of which the thing is. */
  public <T> Association several(Kind<T> kind, BiFunction<Estate, T, Stream<Link>> links) {
    sources.add(new Source<>(kind, true, links));
    return this;
  }

  /** Finds the links of one end in another way than by the things that they come from. */
  public Association narrowedBy(BiFunction<Estate, ObjectPath, Stream<Link>> quick) {
    narrow = quick;
    return this;
  }

  /** Puts it into the interop namespace. */
  public Association inInterop() {
    namespace = Namespaces.INTEROP;
    return this;
  }

  public String namespace() {
    return namespace;
  }

  public String className() {
    return className;
  }

  /** The role of {@link Link#left()}. */
  public String leftRole() {
    return leftRole;
  }

  /** The role of {@link Link#right()}. */
  public String rightRole() {
    return rightRole;
  }

  /** Every link. */
  public Stream<Link> links(Estate estate) {
    return sources.stream().flatMap(source -> source.all(estate));
  }

  /** The links that have that end. */
  public Stream<Link> links(Estate estate, ObjectPath end) {
    return narrow == null
        ? sources.stream().flatMap(source -> source.touching(estate, end))
        : narrow.apply(estate, end).filter(link -> link.touches(end));
  }

  /** A link as an instance. */
  public CimInstance instance(Link link) {
    CimInstance instance =
        new CimInstance(namespace, className)
            .set(leftRole, link.left())
            .set(rightRole, link.right());
    link.properties().forEach(instance::set);
    return instance;
  }
}
