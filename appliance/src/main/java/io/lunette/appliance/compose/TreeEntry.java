/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * A file of a tree that is put into an image.
 *
 * @param source where it is now
 * @param target where it will be
 * @param kind what it is
 * @param mode its permissions
 * @param uid whose it will be
 * @param gid of which group
 * @param modifiedSeconds when it was changed last
 */
record TreeEntry(
    Path source, String target, Kind kind, int mode, int uid, int gid, long modifiedSeconds) {

  /** What can be put into an image. */
  enum Kind {
    DIRECTORY,
    FILE,
    LINK
  }

  private static final int PERMISSIONS = 07777;

  /** Reads one; {@code owned} says whether it keeps its owner or will be root's. */
  static TreeEntry of(Path source, String target, boolean owned) throws IOException {
    FileTime modified = Files.getLastModifiedTime(source, LinkOption.NOFOLLOW_LINKS);
    return new TreeEntry(
        source,
        target,
        kind(source),
        mode(source),
        owned ? attribute(source, "unix:uid") : 0,
        owned ? attribute(source, "unix:gid") : 0,
        modified.toInstant().getEpochSecond());
  }

  static Kind kind(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return Kind.LINK;
    }
    if (Files.isDirectory(path)) {
      return Kind.DIRECTORY;
    }
    if (Files.isRegularFile(path)) {
      return Kind.FILE;
    }
    throw new IOException(path + " is neither a file, a directory nor a symbolic link");
  }

  static int mode(Path path) throws IOException {
    return attribute(path, "unix:mode") & PERMISSIONS;
  }

  private static int attribute(Path path, String name) throws IOException {
    return (Integer) Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS);
  }
}
