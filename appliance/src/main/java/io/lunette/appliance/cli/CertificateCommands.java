/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.signing.PublicKeys;
import io.lunette.core.certificate.PublicKey;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code lunette scrub} that hand out certificates and keys. */
final class CertificateCommands {

  private static final String SUMMARY_SEQUENCE = "sequence";

  private CertificateCommands() {}

  /** Calls with each document of the chain that an appliance keeps, in order; answers its head. */
  static JsonNode chain(ApiClient api, Each each) throws ApiException, CommandFailure {
    long after = 0;
    while (true) {
      JsonNode page = api.get("/certificates?after=" + after);
      if (page.path("documents").isEmpty()) {
        return page.path("head");
      }
      for (JsonNode document : page.path("documents")) {
        each.take(document);
        after = Math.max(after, document.at("/payload/sequence").asLong());
      }
    }
  }

  /** What is done with a document. */
  @FunctionalInterface
  interface Each {
    void take(JsonNode document) throws CommandFailure;
  }

  @Command(
      description = {
        "Show the signed proof of a replica's last scrub, or of a volume's last erase by hand.",
        "With --all all proofs of that; without a replica or volume the whole chain."
      })
  static final class Show extends ApiCommand {

    @Parameters(arity = "0..1", paramLabel = "REPLICA", description = "The replica.")
    private ReplicaName replica;

    @Option(
        names = "--volume",
        paramLabel = "NAME",
        description = "The volume, instead of a replica.")
    private VolumeName volume;

    @Option(names = "--all", description = "All, not only the last.")
    private boolean all;

    @Option(
        names = "--export",
        paramLabel = "DIR",
        description = "Write what was signed, the signature and the public key as files there.")
    private Path export;

    Show(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      if (replica != null && volume != null) {
        throw new CommandFailure("name either a replica or a volume");
      }
      boolean whole = replica == null && volume == null;
      if (whole && !all) {
        throw new CommandFailure("name a replica or a --volume, or ask for --all");
      }
      String path = volume == null ? "/replicas/" + replica : "/volumes/" + volume;
      if (whole) {
        showChain(api);
      } else if (all) {
        session().print(api.get(path + "/certificates"), Show::rows);
      } else {
        JsonNode certificate = api.get(path + "/certificate");
        if (export != null) {
          export(SignedDocument.of(certificate));
        }
        session().print(certificate, Show::details);
      }
    }

    private void showChain(ApiClient api) throws ApiException, CommandFailure {
      ObjectNode chain = JsonNodeFactory.instance.objectNode();
      ArrayNode documents = chain.putArray("documents");
      chain.set("head", chain(api, documents::add));
      session().print(chain, whole -> rows(whole.path("documents")));
    }

    private static String rows(JsonNode documents) {
      ArrayNode payloads = JsonNodeFactory.instance.arrayNode();
      documents.forEach(document -> payloads.add(document.path("payload")));
      return new Table()
          .number("NUMBER", SUMMARY_SEQUENCE)
          .text("TYPE", "type")
          .text("REPLICA", "replica")
          .text("VOLUME", "volume")
          .text("TENANT", "tenant")
          .size("ERASED", "erasedBytes")
          .text("ISSUED", "issued")
          .render(payloads);
    }

    private static String details(JsonNode document) {
      ObjectNode flat = document.path("payload").deepCopy();
      flat.set("signature", document.path("signature"));
      return new Details().render(flat);
    }

    private void export(SignedDocument certificate) throws CommandFailure {
      try {
        Files.createDirectories(export);
        Files.writeString(
            export.resolve("certificate.json"), certificate + "\n", StandardCharsets.UTF_8);
        Files.write(export.resolve("signed.json"), certificate.signed());
        Files.write(export.resolve("signature.bin"), certificate.signature());
        for (PublicKey key : PublicKeys.read(session().home().certificatePublicKeys())) {
          if (key.id().equals(certificate.text("keyId"))) {
            Files.writeString(
                export.resolve("public-key.pem"), PublicKeys.pem(key), StandardCharsets.US_ASCII);
          }
        }
      } catch (IOException e) {
        throw new CommandFailure("cannot export to " + export + ": " + e.getMessage(), e);
      }
    }
  }

  @Command(
      description = {
        "Print the public keys that verify this home's certificates, as PEM, the newest last.",
        "With --rotate change to a new key first."
      })
  static final class Key implements Callable<Integer> {

    private final Session session;

    @Option(names = "--rotate", description = "Make a new key, which the old one introduces.")
    private boolean rotate;

    Key(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() throws ApiException, CommandFailure, IOException {
      if (rotate) {
        try (ApiClient api = session.openApi()) {
          JsonNode unused = api.post("/certificates/keys", Map.of());
        }
      }
      ArrayNode keys = JsonNodeFactory.instance.arrayNode();
      for (PublicKey key : PublicKeys.read(session.home().certificatePublicKeys())) {
        keys.addObject().put("keyId", key.id()).put("pem", PublicKeys.pem(key));
      }
      session.print(keys, Key::render);
      return 0;
    }

    private static String render(JsonNode keys) {
      StringBuilder text = new StringBuilder();
      keys.forEach(key -> text.append(key.path("pem").asText()));
      return text.toString();
    }
  }
}
