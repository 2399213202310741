/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.image.ImageRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How an image is composed.
 *
 * @param base the image to begin with: without a version, whichever is current then
 * @param steps what is put into it, in this order
 */
public record Recipe(ImageRef base, List<RecipeStep> steps) {

  /** Most steps of one recipe. */
  private static final int STEPS_MAX = 32;

  public Recipe {
    steps = List.copyOf(steps);
    if (steps.isEmpty() || steps.size() > STEPS_MAX) {
      throw new IllegalArgumentException("a recipe has 1 to " + STEPS_MAX + " steps");
    }
  }

  /**
   * Reads a recipe; whatever else is in it is refused.
   *
   * @throws IllegalArgumentException what is wrong with it
   */
  public static Recipe read(JsonNode node) {
    refuseOthers(node, Set.of("base", "steps"), "a recipe");
    if (!node.path("base").isTextual() || !node.path("steps").isArray()) {
      throw new IllegalArgumentException("a recipe has a text 'base' and a list 'steps'");
    }
    List<RecipeStep> steps = new ArrayList<>();
    for (JsonNode step : node.path("steps")) {
      try {
        steps.add(RecipeStep.read(step));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "step " + (steps.size() + 1) + " of the recipe: " + e.getMessage(), e);
      }
    }
    return new Recipe(ImageRef.parse(node.path("base").textValue()), steps);
  }

  static void refuseOthers(JsonNode node, Set<String> known, String what) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(what + " is not an object");
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException("there is no '" + name + "' in " + what);
              }
            });
  }
}
