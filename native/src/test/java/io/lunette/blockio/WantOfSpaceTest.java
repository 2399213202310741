/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Want of space as the JDK tells of it. */
class WantOfSpaceTest {

  private static final String FULL = "/dev/full";

  /** Prints what was told of each failure; run in a process of its own, which has its language. */
  public static void main(String[] arguments) {
    for (Call call : List.<Call>of(WantOfSpaceTest::stream, WantOfSpaceTest::channel)) {
      System.out.println(isWantOfSpace(call));
    }
  }

  @Test
  void aFullDeviceIsToldFromAFileThatIsNotThere() {
    assertThat(isWantOfSpace(WantOfSpaceTest::stream)).isTrue();
    assertThat(isWantOfSpace(WantOfSpaceTest::channel)).isTrue();
    assertThat(isWantOfSpace(() -> new FileOutputStream("/none/such").close())).isFalse();
    assertThat(WantOfSpace.isSaidBy(new FileSystemException("a", null, null))).isFalse();
    assertThat(WantOfSpace.isSaidBy(new IOException((String) null))).isFalse();
  }

  /** A language that is not installed says it in English. */
  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fr", "ja"})
  void itIsToldInAnyLanguage(String language) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            WantOfSpaceTest.class.getName());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("LANGUAGE", language);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said.lines()).containsExactly("true", "true");
    assertThat(process.waitFor()).isZero();
  }

  private interface Call {
    void run() throws IOException;
  }

  private static boolean isWantOfSpace(Call call) {
    try {
      call.run();
      throw new AssertionError("that went well");
    } catch (IOException e) {
      return WantOfSpace.isSaidBy(e);
    }
  }

  private static void stream() throws IOException {
    try (OutputStream full = new FileOutputStream(FULL)) {
      full.write(1);
    }
  }

  private static void channel() throws IOException {
    try (FileChannel full = FileChannel.open(Path.of(FULL), StandardOpenOption.WRITE)) {
      int unused = full.write(ByteBuffer.allocate(1));
    }
  }
}
