/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An ext2, ext3 or ext4 file system in a file, changed with debugfs. Every change ends with a check
 * by e2fsck, so that a file system that is not whole goes no further. Used by one thread.
 */
final class ExtFileSystem {

  private static final Pattern ASKED = Pattern.compile("^debugfs: stat \"(.*)\"$");
  private static final Pattern KIND = Pattern.compile("^Inode: .*Type: (\\w+).*$");
  private static final Pattern UNSAFE = Pattern.compile("[\"\\p{Cntrl}]");
  private static final Pattern BANNER = Pattern.compile("debugfs [0-9.]+ \\(.*\\)");

  private final Path file;
  private final Path scratch;
  private final Tool tool;

  ExtFileSystem(Path file, Path scratch, Tool tool) {
    this.file = file;
    this.scratch = scratch;
    this.tool = tool;
  }

  /**
   * Replays its journal and sees whether it is whole.
   *
   * @throws DomainException INVALID if it is no such file system, or damaged
   */
  void open() throws DomainException {
    Tool.Result result = tool.run("e2fsck", "-f", "-p", file.toString());
    if (result.status() > 1) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the base is not a whole ext4 file system without a partition table: "
              + result.complaint());
    }
  }

  /** Puts a tree in; what is there in its place goes, directories stay. */
  void put(List<TreeEntry> entries) throws DomainException {
    Map<String, String> kinds = kinds(entries);
    List<String> script = new ArrayList<>();
    for (TreeEntry entry : entries) {
      String there = kinds.get(entry.target());
      boolean directory = "directory".equals(there);
      if (there != null && directory != (entry.kind() == TreeEntry.Kind.DIRECTORY)) {
        throw new DomainException(
            DomainException.Kind.INVALID,
            "the image has a "
                + there
                + " at "
                + entry.target()
                + ", where a "
                + entry.kind().name().toLowerCase(Locale.ROOT)
                + " was to be put");
      }
      if (directory) {
        continue;
      }
      if (there != null) {
        script.add("rm " + quoted(entry.target()));
      }
      add(script, entry);
    }
    run(script);
    check();
  }

  private static void add(List<String> script, TreeEntry entry) throws DomainException {
    String target = quoted(entry.target());
    switch (entry.kind()) {
      case DIRECTORY -> script.add("mkdir " + target);
      case FILE -> script.add("write " + quoted(entry.source().toString()) + " " + target);
      case LINK -> {
        try {
          script.add(
              "symlink "
                  + target
                  + " "
                  + quoted(Files.readSymbolicLink(entry.source()).toString()));
        } catch (IOException e) {
          throw new DomainException(DomainException.Kind.IO, "cannot read " + entry.source(), e);
        }
      }
    }
    String type =
        switch (entry.kind()) {
          case DIRECTORY -> "04";
          case FILE -> "010";
          case LINK -> "012";
        };
    String mode = String.format(Locale.ROOT, "0%s%04o", type, entry.mode());
    script.add("sif " + target + " mode " + mode);
    script.add("sif " + target + " uid " + entry.uid());
    script.add("sif " + target + " gid " + entry.gid());
    for (String time : List.of("atime", "ctime", "mtime")) {
      script.add("sif " + target + " " + time + " @" + entry.modifiedSeconds());
    }
  }

  private static String quoted(String path) throws DomainException {
    if (UNSAFE.matcher(path).find()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the name '" + path + "' has a quote or a control character");
    }
    return "\"" + path + "\"";
  }

  /** What the image has at the targets. */
  private Map<String, String> kinds(List<TreeEntry> entries) throws DomainException {
    Set<String> asked = new TreeSet<>();
    entries.forEach(entry -> asked.add(entry.target()));
    List<String> script = new ArrayList<>();
    for (String path : asked) {
      script.add("stat " + quoted(path));
    }
    String out =
        tool.succeed("the image cannot be read", "debugfs", "-f", write(script), file.toString())
            .out();
    Map<String, String> kinds = new HashMap<>();
    String current = "";
    for (String line : out.lines().toList()) {
      Matcher stat = ASKED.matcher(line);
      Matcher kind = KIND.matcher(line);
      if (stat.matches()) {
        current = utf8(stat.group(1));
      } else if (kind.matches()) {
        kinds.putIfAbsent(current, kind.group(1));
      }
    }
    return kinds;
  }

  /** What tools print is read byte by byte. */
  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** debugfs ends well whatever went wrong; only what it says on stderr tells. */
  private void run(List<String> script) throws DomainException {
    Tool.Result result = tool.run("debugfs", "-w", "-f", write(script), file.toString());
    List<String> complaints =
        result
            .err()
            .lines()
            .filter(line -> !line.isBlank() && !BANNER.matcher(line).matches())
            .toList();
    if (result.status() != 0 || !complaints.isEmpty()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the image cannot take it: "
              + (complaints.isEmpty() ? result.complaint() : complaints.get(0)));
    }
  }

  private String write(List<String> script) throws DomainException {
    try {
      Path commands = scratch.resolve("debugfs.commands");
      Files.write(commands, script, StandardCharsets.UTF_8);
      return commands.toString();
    } catch (IOException e) {
      throw new DomainException(DomainException.Kind.IO, "cannot write to " + scratch, e);
    }
  }

  /** Copies everything out, to be changed as a tree; only root keeps owners. */
  void copyTo(Path tree) throws DomainException {
    tool.succeed("the image cannot be read", "debugfs", "-R", "rdump / " + tree, file.toString());
  }

  /** Makes it anew from a tree, with its size, label and UUID. */
  void makeOf(Path tree) throws DomainException {
    String header =
        tool.succeed("the image cannot be read", "dumpe2fs", "-h", file.toString()).out();
    String label = value(header, "Filesystem volume name").replace("<none>", "");
    String uuid = value(header, "Filesystem UUID");
    String blockBytes = value(header, "Block size");
    tool.succeed(
        "the image cannot be made anew",
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-b",
        blockBytes,
        "-L",
        label,
        "-U",
        uuid,
        "-d",
        tree.toString(),
        file.toString());
    check();
  }

  private static String value(String header, String name) {
    return header
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  private void check() throws DomainException {
    tool.succeed("the image is not whole any more", "e2fsck", "-f", "-n", file.toString());
  }
}
