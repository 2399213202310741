/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One step of a recipe.
 *
 * @param kind what it does
 * @param sources absolute paths on the appliance's machine
 * @param to where in the image a tree is put; the root for packages
 */
public record RecipeStep(Kind kind, List<Path> sources, String to) {

  /** What a step does. */
  public enum Kind {
    /** Puts in a directory tree or a file; everything belongs to root. */
    COPY,
    /** Puts in what a tar archive holds. */
    TAR,
    /** Installs Debian packages with dpkg. */
    PACKAGES;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern TARGET = Pattern.compile("/|(?:/[^/\"\\p{Cntrl}]+)+");

  public RecipeStep {
    sources = List.copyOf(sources);
    if (!TARGET.matcher(to).matches() || List.of(to.split("/")).contains("..")) {
      throw new IllegalArgumentException("'" + to + "' is not an absolute path without '..'");
    }
  }

  static RecipeStep read(JsonNode node) {
    Recipe.refuseOthers(node, Set.of("copy", "tar", "packages", "to"), "a step");
    String to = node.path("to").asText("/");
    if (node.size() - (node.has("to") ? 1 : 0) != 1) {
      throw new IllegalArgumentException("use one of 'copy', 'tar' and 'packages'");
    }
    if (node.has("packages")) {
      if (node.has("to") || !node.path("packages").isArray() || node.path("packages").isEmpty()) {
        throw new IllegalArgumentException("'packages' is a list of files, without 'to'");
      }
      List<Path> files = new ArrayList<>();
      node.path("packages").forEach(file -> files.add(source(file)));
      return new RecipeStep(Kind.PACKAGES, files, "/");
    }
    return node.has("copy")
        ? new RecipeStep(Kind.COPY, List.of(source(node.path("copy"))), to)
        : new RecipeStep(Kind.TAR, List.of(source(node.path("tar"))), to);
  }

  private static Path source(JsonNode node) {
    Path path = Path.of(node.asText(""));
    if (!node.isTextual() || !path.isAbsolute()) {
      throw new IllegalArgumentException("'" + node.asText() + "' is not an absolute path");
    }
    return path.normalize();
  }

  /** The same text for steps that do the same with the same content. */
  String canonical() {
    return kind.label() + " to " + to;
  }
}
