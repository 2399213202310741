/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette image compose} and {@code image rebuild}. */
final class ImageComposeCommands {

  private ImageComposeCommands() {}

  @Command(description = "Compose the next version of an image by a recipe.")
  static final class Compose extends ApiCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "What to call the image.")
    private ImageName name;

    @Parameters(
        index = "1",
        paramLabel = "RECIPE",
        description = "A JSON file, in which comments may be; paths are relative to it.")
    private Path recipe;

    @Option(names = "--tenant", paramLabel = "T", description = "The only tenant to have it.")
    private TenantName tenant;

    @Option(names = "--stage", description = "Do not make it the current version.")
    private boolean stage;

    Compose(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("recipe", read(ImageCommands.readable(recipe)));
      body.put("stage", stage);
      if (tenant != null) {
        body.put("tenant", tenant.value());
      }
      make(session(), api, "/images/" + name + "/compose", body);
    }
  }

  @Command(description = "Compose an image again by the recipe of its current version.")
  static final class Rebuild extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The image.")
    private ImageName name;

    @Option(names = "--stage", description = "Do not make it the current version.")
    private boolean stage;

    Rebuild(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      make(session(), api, "/images/" + name + "/rebuild", Map.of("stage", stage));
    }
  }

  private static void make(Session session, ApiClient api, String path, Object body)
      throws ApiException, CommandFailure {
    JsonNode image = new JobWait(session, api).post(path, body);
    ImageCommands.sayIfUnchanged(session, image);
    session.print(image, new Details());
  }

  private static JsonNode read(Path file) throws CommandFailure {
    ObjectMapper json = JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
    try {
      JsonNode recipe = json.readTree(Files.readAllBytes(file));
      recipe.path("steps").forEach(step -> makeAbsolute(step, file.getParent()));
      return recipe;
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          "recipe " + file + ", line " + e.getLocation().getLineNr() + ": " + complaint(e), e);
    } catch (IOException e) {
      throw new CommandFailure("recipe " + file + " cannot be read", e);
    }
  }

  /** The parser adds in brackets where what it misses began, in its own terms. */
  private static String complaint(JsonProcessingException e) {
    return e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
  }

  private static void makeAbsolute(JsonNode step, Path directory) {
    if (!(step instanceof ObjectNode object)) {
      return;
    }
    for (String field : List.of("copy", "tar")) {
      if (object.path(field).isTextual()) {
        object.put(field, resolved(directory, object.path(field)));
      }
    }
    if (object.path("packages") instanceof ArrayNode files) {
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i).isTextual()) {
          files.set(i, TextNode.valueOf(resolved(directory, files.get(i))));
        }
      }
    }
  }

  private static String resolved(Path directory, JsonNode path) {
    return directory.resolve(path.textValue()).normalize().toString();
  }
}
