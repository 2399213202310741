/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.compose.LayerKey;
import io.lunette.core.image.Image;

/**
 * How an image was composed, as it is kept with it: the recipe, and for every step its layer and
 * whether that was reused. Used by one thread.
 */
final class RecipeRecord {

  private final ObjectNode node = JsonNodeFactory.instance.objectNode();
  private final ArrayNode steps;

  RecipeRecord(Recipe recipe, Image base) {
    node.put("base", recipe.base().toString());
    node.put("composedOn", base.ref().toString());
    steps = node.putArray("steps");
  }

  void add(RecipeStep step, LayerKey key, boolean reused) {
    ObjectNode entry = steps.addObject();
    if (step.kind() == RecipeStep.Kind.PACKAGES) {
      ArrayNode files = entry.putArray(step.kind().label());
      step.sources().forEach(file -> files.add(file.toString()));
    } else {
      entry.put(step.kind().label(), step.sources().get(0).toString());
      entry.put("to", step.to());
    }
    entry.put("layer", key.value());
    entry.put("reused", reused);
  }

  String text() {
    return node.toString();
  }

  /** The recipe that {@link #text} tells of. */
  static Recipe recipe(JsonNode record) {
    ObjectNode recipe = record.deepCopy();
    recipe.remove("composedOn");
    for (JsonNode step : recipe.path("steps")) {
      ((ObjectNode) step).remove("layer");
      ((ObjectNode) step).remove("reused");
    }
    return Recipe.read(recipe);
  }
}
