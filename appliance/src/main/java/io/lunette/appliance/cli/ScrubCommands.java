/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette scrub}: what was given back, and its erasure. */
final class ScrubCommands {

  private ScrubCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("The returned pool and its erasure.")
        .addSubcommand("status", new Status(session))
        .addSubcommand("run", new Run(session))
        .addSubcommand("retry", new Retry(session))
        .addSubcommand("pause", new Pause(session))
        .addSubcommand("resume", new Resume(session))
        .addSubcommand("limit", new Limit(session))
        .addSubcommand("certificate", new CertificateCommands.Show(session))
        .addSubcommand("verify", new VerifyCommand(session))
        .addSubcommand("key", new CertificateCommands.Key(session));
  }

  @Command(description = "Show what waits for a scrub and what is scrubbed.")
  static final class Status extends ApiCommand {

    Status(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/scrubs"), Status::render);
    }

    private static String render(JsonNode status) {
      String set =
          status.path("paused").asBoolean()
              ? "paused: no scrub begins until 'lunette scrub resume'\n"
              : "";
      if (!status.path("limitBytesPerSecond").isNull()) {
        long limit = status.path("limitBytesPerSecond").asLong();
        set +=
            "limit: "
                + (limit == 0 ? "none" : new ByteSize(limit).forPeople() + " a second")
                + "\n";
      }
      String pools =
          set
              + new Table()
                  .text("IMAGE", "image")
                  .number("RETURNED", "returned")
                  .number("SCRUBBING", "scrubbing")
                  .number("QUARANTINED", "quarantined")
                  .number("THRESHOLD", "threshold")
                  .number("AGE(s)", "ageSeconds")
                  .text("OLDEST", "oldestReturned")
                  .render(status.path("pools"));
      if (status.path("running").isEmpty()) {
        return pools;
      }
      return pools
          + "\n"
          + new Table()
              .text("SCRUBBING", "replica")
              .number("ATTEMPT", "attempt")
              .size("DONE", "doneBytes")
              .size("OF", "totalBytes")
              .render(status.path("running"));
    }
  }

  @Command(
      description = {
        "Pause scrubbing.",
        "While it is paused no scrub begins, whatever would start it; those under way end."
      })
  static final class Pause extends Pausing {

    Pause(Session session) {
      super(session, true);
    }
  }

  @Command(description = "Resume scrubbing after a pause.")
  static final class Resume extends Pausing {

    Resume(Session session) {
      super(session, false);
    }
  }

  private abstract static class Pausing extends ApiCommand {

    private final boolean paused;

    Pausing(Session session, boolean paused) {
      super(session);
      this.paused = paused;
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.put("/scrubs", Map.of("paused", paused)), Status::render);
    }
  }

  @Command(description = "Bound what scrubbing writes or reads back, from now on.")
  static final class Limit extends ApiCommand {

    @Parameters(paramLabel = "S", description = "Bytes a second, for instance 200M; or none.")
    private String limit;

    Limit(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.put("/scrubs", Map.of("limit", limit)), Status::render);
    }
  }

  @Command(description = "Scrub now what waits.")
  static final class Run extends ApiCommand {

    @Option(names = "--image", paramLabel = "I", description = "Only replicas of this image.")
    private ImageName image;

    Run(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, String> body = image == null ? Map.of() : Map.of("image", image.value());
      session().print(api.post("/scrubs", body), new Details());
    }
  }

  @Command(
      description = {
        "Scrub a quarantined replica once more.",
        "What it holds is erased, and it is certified and in use again if that succeeds."
      })
  static final class Retry extends ApiCommand {

    @Parameters(paramLabel = "REPLICA", description = "The replica.")
    private ReplicaName replica;

    Retry(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post("/replicas/" + replica + "/scrub", Map.of()), new Details());
    }
  }
}
