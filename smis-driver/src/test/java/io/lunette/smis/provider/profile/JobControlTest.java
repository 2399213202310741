/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.Job;
import io.lunette.smis.provider.ArrayClient;
import io.lunette.smis.provider.ArrayClient.Reference;
import io.lunette.smis.provider.ArrayFixture;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of a job, and what they may do to it. */
class JobControlTest {

  @TempDir Path directory;
  private ArrayFixture array;
  private ArrayClient client;
  private Reference job;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    client = new ArrayClient(array);
    String id = array.jobs.add("volume-erase", "disk", new EndlessJob()).id();
    job = new Reference("LUNETTE_ConcreteJob", Map.of("InstanceID", "LUNETTE:" + id));
  }

  @AfterEach
  void stop() {
    array.close();
  }

  /** Ends when it is cancelled. */
  private static final class EndlessJob implements Job<Void> {
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public Progress progress() {
      return new Progress(1, 4);
    }

    @Override
    public void cancel() {
      end.completeExceptionally(new CancellationException());
    }

    @Override
    public CompletionStage<Void> result() {
      return end;
    }
  }

  private int request(int state) {
    return client.call(job, "RequestStateChange", "RequestedState", state).code();
  }

  private static String property(String name, int value) {
    return "<PROPERTY NAME=\"" + name + "\" TYPE=\"uint16\"><VALUE>" + value + "</VALUE>";
  }

  @Test
  void oneThatRunsCanBeTerminatedOnce() {
    assertThat(client.get(job))
        .contains(property("JobState", 4))
        .contains(property("PercentComplete", 25));
    assertThat(client.delete(job)).startsWith("ERROR 1: the job runs; terminate it first");
    assertThat(request(3)).as("suspend").isEqualTo(1);

    assertThat(request(4)).isZero();

    assertThat(client.get(job)).contains(property("JobState", 8));
    assertThat(request(4)).as("has ended").isEqualTo(4097);
    assertThat(client.delete(job)).doesNotContain("ERROR");
    assertThat(client.get(job)).startsWith("ERROR 6: ");
  }
}
