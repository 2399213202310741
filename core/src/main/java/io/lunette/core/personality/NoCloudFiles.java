/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import io.lunette.core.DomainException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of a config volume as cloud-init's data source NoCloud reads them: {@code meta-data},
 * {@code user-data} and, if there is a template for it, {@code network-config}.
 */
final class NoCloudFiles {

  private NoCloudFiles() {}

  /**
   * Fills the templates.
   *
   * @throws DomainException INVALID if a value is missing or not safe
   */
  static Map<String, byte[]> of(
      PersonalityTemplate template, PersonalityFacts facts, Map<String, String> meta)
      throws DomainException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    String identity =
        "instance-id: "
            + Yaml.quoted(facts.instance().toString())
            + "\nlocal-hostname: "
            + Yaml.quoted(facts.server().value())
            + "\n";
    String more =
        template.metaData().isPresent()
            ? render("meta-data", template.metaData().get(), facts, meta)
            : "";
    put(files, "meta-data", identity + more);
    put(files, "user-data", render("user-data", template.userData(), facts, meta));
    if (template.networkConfig().isPresent()) {
      put(
          files,
          "network-config",
          render("network-config", template.networkConfig().get(), facts, meta));
    }
    return files;
  }

  private static void put(Map<String, byte[]> files, String name, String text) {
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String render(
      String file, String text, PersonalityFacts facts, Map<String, String> meta)
      throws DomainException {
    try {
      return TextTemplate.parse(text).render(name -> facts.value(name, meta));
    } catch (IllegalArgumentException e) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the personality of image '"
              + facts.image()
              + "' does not fit server '"
              + facts.server()
              + "': "
              + file
              + ", "
              + e.getMessage()
              + "; see 'server set' and 'image set'",
          e);
    }
  }
}
