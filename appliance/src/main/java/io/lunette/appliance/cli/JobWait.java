/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Waits for jobs of the appliance and shows how far they are, where a person watches. A signal
 * cancels the job that the command began, as {@code virsh blockcopy --wait} does: what nobody waits
 * for any more is rarely wanted, and the unfinished copy is gone with it. A job that cannot be
 * cancelled goes on.
 */
final class JobWait {

  static final String CANCELLED = "CANCELLED";

  private static final String RUNNING = "RUNNING";
  private static final int CONFLICT = 409;
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long PAUSE_MILLIS = 200;

  private final Session session;
  private final ApiClient api;
  private final Pause pause = Pause.sleeping();

  JobWait(Session session, ApiClient api) {
    this.session = session;
    this.api = api;
  }

  /** Posts what begins a job, and waits for its result. */
  JsonNode post(String path, Object body) throws ApiException, CommandFailure {
    session.interruption().heed();
    JsonNode now = until(api.post(path, body), session.interruption()::isAsked);
    boolean interrupted = state(now).equals(RUNNING);
    if (interrupted) {
      now = untilEnd(cancel(now));
    }
    return switch (state(now)) {
      case "DONE" -> now.path("result");
      case CANCELLED ->
          throw new CommandFailure(
              interrupted
                  ? "interrupted: the " + title(now) + " is cancelled"
                  : "the appliance cancelled it");
      default ->
          throw new CommandFailure(now.path("problem").path("detail").asText("the job failed"));
    };
  }

  /** The job as it is when it has ended. */
  JsonNode untilEnd(JsonNode job) throws ApiException, CommandFailure {
    return until(job, () -> false);
  }

  static String state(JsonNode job) {
    return job.path("state").asText();
  }

  private JsonNode until(JsonNode job, BooleanSupplier enough) throws ApiException, CommandFailure {
    JsonNode now = job;
    long wait = FIRST_PAUSE_MILLIS;
    while (state(now).equals(RUNNING) && !enough.getAsBoolean()) {
      show(now);
      pause.forMillis(wait);
      wait = Math.min(wait * 2, PAUSE_MILLIS);
      now = get(now);
    }
    clear();
    return now;
  }

  private JsonNode cancel(JsonNode job) throws ApiException, CommandFailure {
    String id = job.path("id").asText();
    if (!isCancellable(job)) {
      throw new CommandFailure(
          "interrupted: the "
              + title(job)
              + " goes on to its end; see '"
              + session.program()
              + " job show "
              + id
              + "'");
    }
    try {
      return api.delete("/jobs/" + id);
    } catch (ApiException e) {
      if (e.status() == CONFLICT) {
        return get(job);
      }
      throw e;
    }
  }

  private JsonNode get(JsonNode job) throws ApiException, CommandFailure {
    try {
      return api.get("/jobs/" + job.path("id").asText());
    } catch (ApiException e) {
      if (e.isUnanswered() && !isCancellable(job)) {
        throw new CommandFailure(
            e.getMessage() + "; the " + title(job) + " goes on whenever the appliance runs", e);
      }
      throw e;
    }
  }

  private static boolean isCancellable(JsonNode job) {
    return job.path("cancellable").asBoolean();
  }

  private static String title(JsonNode job) {
    return job.path("kind").asText() + " of '" + job.path("subject").asText() + "'";
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
