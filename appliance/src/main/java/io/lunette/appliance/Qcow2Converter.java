/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns qcow2 files into sparse raw ones, and back, with qemu-img. A file that names another file,
 * as backing or as data, is refused: the appliance would read that one with its own rights.
 * Thread-safe.
 */
final class Qcow2Converter {

  private static final Logger LOG = LoggerFactory.getLogger(Qcow2Converter.class);
  private static final long INFO_SECONDS = 30;

  private final Path scratch;
  private final ObjectMapper json = new ObjectMapper();

  Qcow2Converter(Path scratch) {
    this.scratch = scratch;
  }

  /** Whether the file can be converted: by its header, without reading the rest. */
  void check(Path file) throws DomainException {
    if (!Files.exists(file)) {
      throw new DomainException(DomainException.Kind.NOT_FOUND, "no file " + file);
    }
    JsonNode info = info(file);
    for (String reference : List.of("backing-filename", "full-backing-filename")) {
      if (info.hasNonNull(reference)) {
        throw invalid(file + " has a backing file; flatten it with 'qemu-img convert' first", null);
      }
    }
    if (info.path("format-specific").path("data").hasNonNull("data-file")) {
      throw invalid(file + " keeps its data in another file; flatten it first", null);
    }
  }

  private JsonNode info(Path file) throws DomainException {
    Path output = newCopy();
    try {
      int status =
          run(
              List.of("qemu-img", "info", "-f", "qcow2", "--output=json", file.toString()),
              output,
              () -> false,
              INFO_SECONDS);
      String text = Files.readString(output, StandardCharsets.UTF_8);
      if (status != 0) {
        throw invalid(file + " is not a qcow2 image: " + text.lines().findFirst().orElse(""), null);
      }
      return json.readTree(text);
    } catch (IOException e) {
      throw invalid("cannot ask qemu-img about " + file + ": " + Home.reason(e), e);
    } finally {
      remove(output);
    }
  }

  /** Writes the content of {@code file} to {@code raw}; blocks until done or cancelled. */
  void toRaw(Path file, Path raw, BooleanSupplier cancelled) throws DomainException {
    convert(file, "qcow2", raw, "raw", file, cancelled);
  }

  /** Writes the content of {@code raw} to {@code file}; blocks until done or cancelled. */
  void toQcow2(Path raw, Path file, BooleanSupplier cancelled) throws DomainException {
    convert(raw, "raw", file, "qcow2", file, cancelled);
  }

  /** Converts; {@code known} is the one of the two that the caller named. */
  private void convert(
      Path file, String format, Path copy, String wanted, Path known, BooleanSupplier cancelled)
      throws DomainException {
    Path output = newCopy();
    try {
      List<String> command =
          List.of(
              "qemu-img", "convert", "-f", format, "-O", wanted, file.toString(), copy.toString());
      if (run(command, output, cancelled, TimeUnit.DAYS.toSeconds(1)) != 0
          && !cancelled.getAsBoolean()) {
        String text = Files.readString(output, StandardCharsets.UTF_8).strip();
        boolean isImport = known.equals(file);
        throw FileTrouble.of(
            isImport && FileTrouble.isNoSpace(text) ? copy : known,
            "be converted by qemu-img",
            text,
            isImport ? DomainException.Kind.INVALID : DomainException.Kind.IO);
      }
    } catch (IOException e) {
      throw FileTrouble.of(known, "be converted", e);
    } finally {
      remove(output);
    }
  }

  /** A name for a file in the scratch directory. */
  Path newCopy() {
    return scratch.resolve("convert-" + UUID.randomUUID());
  }

  void remove(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      LOG.warn("cannot remove {}", copy, e);
    }
  }

  private int run(List<String> command, Path output, BooleanSupplier cancelled, long seconds)
      throws DomainException, IOException {
    Files.createDirectories(scratch);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    // What it says of a full file system is known by its words.
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw invalid("qemu-img is not installed; on Debian: apt-get install qemu-utils", e);
    }
    try {
      for (long tenths = 0; tenths < seconds * 10; tenths++) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
          return process.exitValue();
        }
        if (cancelled.getAsBoolean()) {
          return -1;
        }
      }
      throw new IOException("qemu-img gave no answer in " + seconds + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static DomainException invalid(String message, Throwable cause) {
    return new DomainException(DomainException.Kind.INVALID, message, cause);
  }
}
