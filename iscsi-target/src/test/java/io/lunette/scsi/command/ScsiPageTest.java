/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.device.CommandDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/scsi.md names the commands that there are, and tests that there are. */
class ScsiPageTest {

  private static final Path PAGE = Path.of("..", "docs", "scsi.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([0-9A-F]{2}h\\S*) \\| ([^|]+) \\|");
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
