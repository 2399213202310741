/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.rest.SpaceView;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Make the pool of the running appliance larger, or a pool file that nobody serves.",
      "Durable, and safe to repeat; a crash leaves the old size or the new one."
    })
final class PoolGrowCommand implements Callable<Integer> {

  private final Session session;

  @Option(
      names = "--size",
      paramLabel = "S",
      description = "The new size; without it, all that the file or block device has.")
  private ByteSize size;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "A pool that nobody serves; without it, the running appliance's.")
  private Path file;

  PoolGrowCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws ApiException, VolumeException, CommandFailure {
    long bytes = size == null ? 0 : size.bytes();
    session.print(file == null ? served(bytes) : offline(bytes), PoolGrowCommand::text);
    return 0;
  }

  private JsonNode served(long bytes) throws ApiException {
    try (ApiClient api = session.openApi()) {
      return api.put("/space/size", Map.of("sizeBytes", bytes));
    }
  }

  private JsonNode offline(long bytes) throws VolumeException {
    try (VolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      return new ObjectMapper().valueToTree(SpaceView.of(driver.grow(bytes)));
    }
  }

  private static String text(JsonNode space) {
    return "the pool has "
        + new ByteSize(space.path("sizeBytes").asLong()).forPeople()
        + ", "
        + new ByteSize(space.path("cleanBytes").asLong()).forPeople()
        + " of them free\n";
  }
}
