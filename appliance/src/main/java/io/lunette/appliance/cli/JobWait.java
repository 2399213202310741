/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import java.util.Locale;

/** Waits for a job of the appliance and shows how far it is, where a person watches. */
final class JobWait {

  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long PAUSE_MILLIS = 200;

  private final Session session;
  private final Pause pause;

  JobWait(Session session, Pause pause) {
    this.session = session;
    this.pause = pause;
  }

  /** The job's result. */
  JsonNode await(ApiClient api, JsonNode job) throws ApiException, CommandFailure {
    JsonNode now = job;
    long wait = FIRST_PAUSE_MILLIS;
    while (now.path("state").asText().equals("RUNNING")) {
      show(now);
      pause.forMillis(wait);
      wait = Math.min(wait * 2, PAUSE_MILLIS);
      now = api.get("/jobs/" + job.path("id").asText());
    }
    clear();
    return switch (now.path("state").asText()) {
      case "DONE" -> now.path("result");
      case "CANCELLED" -> throw new CommandFailure("the appliance cancelled it");
      default ->
          throw new CommandFailure(now.path("problem").path("detail").asText("the job failed"));
    };
  }

  private void show(JsonNode job) {
    if (!session.isWatched()) {
      return;
    }
    long total = job.path("totalBytes").asLong();
    long done = job.path("doneBytes").asLong();
    String text =
        total == 0
            ? "working"
            : String.format(
                Locale.ROOT,
                "%3d %%  %s of %s",
                Math.min(100, done * 100 / total),
                new ByteSize(done),
                new ByteSize(total));
    session.err().print("\r" + text + "\u001b[K");
    session.err().flush();
  }

  private void clear() {
    if (session.isWatched()) {
      session.err().print("\r\u001b[K");
      session.err().flush();
    }
  }
}
