/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CommandDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/scsi.md names the commands and the sense that there are, and tests that there are. */
class ScsiPageTest {

  private static final Path PAGE = Path.of("..", "docs", "scsi.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([0-9A-F]{2}h\\S*) \\| ([^|]+) \\|");
  private static final Pattern SENSE =
      Pattern.compile("(?m)^\\| (\\w\\w/\\w\\w/\\w\\w) \\| [^|]+ \\| `(\\w+)` \\|$");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  private static String row(CommandDescriptor command) {
    String code = String.format(Locale.ROOT, "%02Xh", command.opcode());
    if (command.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION) {
      code += String.format(Locale.ROOT, "/%02Xh", command.serviceAction());
    }
    return code + " " + command.name();
  }

  @Test
  void thePageHasEveryCommandOfTheTable() throws Exception {
    List<String> rows =
        ROW.matcher(Files.readString(PAGE))
            .results()
            .map(found -> found.group(1) + " " + found.group(2))
            .toList();

    assertThat(rows)
        .containsExactlyElementsOf(
            CommandSet.blockDevice().all().stream().map(ScsiPageTest::row).toList());
  }

  /** Each with a test that speaks of it, by name or as the number that a response carries. */
  @Test
  void thePageHasEverySense() throws Exception {
    Map<String, String> shown = new TreeMap<>();
    SENSE
        .matcher(Files.readString(PAGE))
        .results()
        .forEach(row -> shown.put(row.group(1), row.group(2)));
    Set<String> all = new TreeSet<>();
    for (Field field : Sense.class.getFields()) {
      if (field.get(null) instanceof Sense sense && !sense.equals(Sense.NONE)) {
        String code = code(sense, "%02X/%02X/%02X");
        all.add(code);
        assertThat(sourceOf(shown.get(code)))
            .as(code)
            .containsPattern("\\b" + field.getName() + "\\b|" + code(sense, "0x%X%02X%02X"));
      }
    }

    assertThat(shown.keySet()).containsExactlyElementsOf(all);
  }

  private static String code(Sense sense, String format) {
    byte[] bytes = new byte[Sense.FIXED_BYTES];
    sense.encodeFixed(ByteBuffer.wrap(bytes));
    return String.format(Locale.ROOT, format, bytes[2], bytes[12], bytes[13]);
  }

  private static String sourceOf(String test) throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of("src", "test", "java"))) {
      Path source =
          sources
              .filter(each -> each.getFileName().toString().equals(test + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no test " + test));
      return Files.readString(source);
    }
  }

  @Test
  void theTestsThatThePageNamesExist() throws Exception {
    List<String> named =
        TEST.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList();

    assertThat(named).isNotEmpty().allSatisfy(test -> assertThat(existing()).contains(test));
  }

  private static List<String> existing() throws IOException {
    try (Stream<Path> sources = Files.walk(Path.of("src", "test", "java"))) {
      return sources.map(source -> source.getFileName().toString().replace(".java", "")).toList();
    }
  }
}
