/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Does steps to a file system. Used by one thread. */
final class StepRunner {

  private final ExtFileSystem image;
  private final Path scratch;
  private final Tool tool;

  StepRunner(ExtFileSystem image, Path scratch, Tool tool) {
    this.image = image;
    this.scratch = scratch;
    this.tool = tool;
  }

  void run(RecipeStep step) throws DomainException {
    try {
      switch (step.kind()) {
        case COPY -> image.put(tree(step.sources().get(0), step.to(), false));
        case TAR -> unpack(step);
        case PACKAGES -> install(step);
      }
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "step " + step.canonical() + ": " + e.getMessage(), e);
    }
  }

  private void unpack(RecipeStep step) throws DomainException, IOException {
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    try {
      List<String> words = new ArrayList<>(List.of("-x", "-f", step.sources().get(0).toString()));
      words.addAll(List.of("-C", tree.toString(), "--numeric-owner", "-p"));
      tool.succeed("the archive cannot be read", "tar", words.toArray(String[]::new));
      image.put(tree(tree, step.to(), isRoot()));
    } finally {
      ScratchTree.remove(tree);
    }
  }

  /** Packages are installed into a copy of the file system, which is then made anew of it. */
  private void install(RecipeStep step) throws DomainException, IOException {
    if (!isRoot()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "packages are installed as root: start the appliance as root, or use tar archives");
    }
    Path tree = Files.createDirectory(scratch.resolve("tree"));
    try {
      image.copyTo(tree);
      List<String> words = new ArrayList<>(List.of("--root=" + tree, "--install"));
      step.sources().forEach(file -> words.add(file.toString()));
      tool.succeed("the packages cannot be installed", "dpkg", words.toArray(String[]::new));
      image.makeOf(tree);
    } finally {
      ScratchTree.remove(tree);
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** What a source becomes in the image, with the directories above it; parents come first. */
  private static List<TreeEntry> tree(Path source, String to, boolean owned) throws IOException {
    List<TreeEntry> entries = new ArrayList<>();
    String root = to.equals("/") ? "" : to;
    for (int at = root.indexOf('/', 1); at > 0; at = root.indexOf('/', at + 1)) {
      entries.add(parent(root.substring(0, at)));
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(source)) {
      all = walk.sorted().toList();
    }
    for (Path each : all) {
      String name = source.relativize(each).toString();
      if (!name.isEmpty() || !root.isEmpty()) {
        entries.add(TreeEntry.of(each, name.isEmpty() ? root : root + "/" + name, owned));
      }
    }
    return entries;
  }

  private static TreeEntry parent(String target) {
    return new TreeEntry(Path.of("/"), target, TreeEntry.Kind.DIRECTORY, 0755, 0, 0, 0);
  }
}
